#include "clients/cli/compose_commands.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/compose/import.h"
#include "server/base/file.h"

namespace fairlead {
namespace {

constexpr size_t kLargestFile = size_t{1} << 20;
constexpr size_t kLargestDirectives = size_t{64} << 10;
constexpr size_t kMostNames = 20;

absl::StatusOr<std::string> ReadAll(std::istream& input) {
  std::string text(kLargestFile + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(input.gcount()));
  if (text.size() <= kLargestFile) return text;
  return absl::ResourceExhaustedError(
      absl::StrCat("the standard input has more than ", kLargestFile, " bytes"));
}

std::optional<std::vector<std::string>> NamesIn(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(folder, error), end;
       !error && entry != end && names.size() < kMostNames; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What a compose file names (env_file, extends) may be anything, and a pipe that nobody writes to
// would be waited for; one that the command line names is meant.
absl::StatusOr<std::string> ReadComposeFile(const std::string& path,
                                            const ComposeArguments& arguments) {
  const auto& files = arguments.files;
  const bool is_named =
      path == arguments.env_file || std::find(files.begin(), files.end(), path) != files.end();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!is_named && std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot read ", path, ": it is no regular file"));
  }
  return ReadFile(path, kLargestFile);
}

// A file with nginx's directives; what is larger, or no regular file, is not looked into.
std::optional<std::string> DirectivesIn(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  auto text = ReadFile(path, kLargestDirectives);
  return text.ok() ? std::optional(*std::move(text)) : std::nullopt;
}

}  // namespace

void AddComposeFlags(Flags& flags, ComposeArguments* arguments) {
  flags.VariablePrefix("COMPOSE_");
  flags.Add("--env-file", "FILE",
            "Where variables of the files have their values from, if not from the environment; "
            "without it, .env beside the first file.",
            &arguments->env_file);
  flags.Add("--profile", "NAMES",
            "Profiles whose services are started, too; several, separated by commas.",
            &arguments->profiles, [](const std::string& name) {
              return name.empty() ? absl::InvalidArgumentError("write the name of a profile")
                                  : absl::OkStatus();
            });
  flags.Add("--project-name", "NAME", "The project's name, as Compose's -p has it.",
            &arguments->project_name);
}

absl::Status CheckComposeArguments(const ComposeArguments& arguments) {
  if (arguments.files.empty()) {
    return absl::InvalidArgumentError(
        "a compose file is missing; name it, as in docker-compose.yml (several are merged in "
        "their order)");
  }
  return absl::OkStatus();
}

absl::StatusOr<ComposeProject> ReadComposeFiles(const ComposeArguments& arguments,
                                                const Flags::Variables& variables,
                                                std::istream& input) {
  ComposeInput compose;
  compose.files = arguments.files;
  compose.project_name = arguments.project_name;
  compose.env_file = arguments.env_file;
  compose.profiles = arguments.profiles;
  compose.environment = [&variables](const std::string& name) -> std::optional<std::string> {
    const char* value = variables(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  compose.read_file = [&input, &arguments](const std::string& path) {
    return path == "-" ? ReadAll(input) : ReadComposeFile(path, arguments);
  };
  return ReadComposeProject(compose);
}

absl::StatusOr<v1::ComposeImport> ImportOf(const ComposeProject& project,
                                           const ComposeArguments& arguments) {
  const std::string folder = std::filesystem::path(arguments.files.front()).parent_path().string();
  return ForeseeImport(project, folder, {NamesIn, DirectivesIn});
}

}  // namespace fairlead
