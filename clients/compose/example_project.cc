#include "clients/compose/example_project.h"

#include "absl/strings/str_cat.h"

namespace fairlead {

ComposeInput ExampleInput(const ExampleFiles& files, const std::vector<std::string>& named,
                          const std::map<std::string, std::string>& variables) {
  ComposeInput input;
  input.files = named;
  input.environment = [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  input.read_file = [&files](const std::string& path) -> absl::StatusOr<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return absl::NotFoundError(absl::StrCat("there is no ", path));
    return found->second;
  };
  return input;
}

absl::StatusOr<ComposeProject> ExampleProject(const std::string& text,
                                              const std::map<std::string, std::string>& variables) {
  const ExampleFiles files = {{"/shop/compose.yaml", text}};
  return ReadComposeProject(ExampleInput(files, {"/shop/compose.yaml"}, variables));
}

}  // namespace fairlead
