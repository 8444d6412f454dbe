// Whatever a compose file says, it is read or refused with its place, and what it comes to can be
// foreseen and shown.
//   test/fuzz clients/compose:compose_fuzz

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/compose/forecast.h"
#include "clients/compose/import.h"
#include "clients/compose/project.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// The first file; what follows a line "---- NAME" is another one of that name.
absl::StatusOr<std::string> FileIn(absl::string_view all, const std::string& path) {
  const std::string mark = absl::StrCat("\n---- ", path, "\n");
  const size_t begin = path == "a" ? 0 : all.find(mark);
  if (begin == absl::string_view::npos) return absl::NotFoundError(path);
  const absl::string_view rest = all.substr(path == "a" ? 0 : begin + mark.size());
  return std::string(rest.substr(0, rest.find("\n---- ")));
}

void Check(const v1::ComposeImport& import) {
  for (const v1::ImportFinding& finding : import.findings()) {
    Require(!finding.what().empty() && finding.kind() != v1::ImportFinding::KIND_UNSPECIFIED);
  }
}

void Check(const v1::ComposeCheck& check, const ComposeProject& project) {
  Require(check.services_size() == static_cast<int>(project.services.size()));
  for (const v1::ComposeProblem& problem : check.problems()) {
    Require(!problem.problem().what().empty() && !problem.problem().cure().empty());
  }
  for (const v1::CheckedService& service : check.services()) {
    for (const v1::ForeseenRoute& route : service.routes()) {
      Require(route.port() > 0 && !route.cluster().empty() && !route.port_reason().empty());
    }
  }
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fairlead;
  const absl::string_view all(reinterpret_cast<const char*>(data), size);
  ComposeInput input;
  input.files = {"a"};
  if (FileIn(all, "b").ok()) input.files.push_back("b");
  input.project_name = "fuzz";
  input.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "SET") return "value";
    return name == "EMPTY" ? std::optional<std::string>("") : std::nullopt;
  };
  input.read_file = [all](const std::string& path) { return FileIn(all, path); };
  const absl::StatusOr<ComposeProject> project = ReadComposeProject(input);
  if (!project.ok()) {
    Require(!project.status().message().empty());
    return 0;
  }
  const auto check = Forecast(*project);
  Require(check.ok());
  Check(*check, *project);
  // Folders that end with 'd' are there, with one file.
  LocalFiles files;
  files.names_in = [](const std::string& path) -> std::optional<std::vector<std::string>> {
    if (!absl::EndsWith(path, "d")) return std::nullopt;
    return std::vector<std::string>{"c"};
  };
  files.content_of = [all](const std::string&) -> std::optional<std::string> {
    const auto text = FileIn(all, "c");
    return text.ok() ? std::optional(*text) : std::nullopt;
  };
  const auto import = ForeseeImport(*project, "", files);
  Require(import.ok());
  Check(*import);
  return 0;
}
