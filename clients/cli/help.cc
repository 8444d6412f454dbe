#include "clients/cli/help.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace fairlead {
namespace {

// `text` in lines of at most 80 columns, each indented.
std::string Wrapped(absl::string_view text, absl::string_view indent) {
  constexpr size_t kColumns = 80;
  std::string lines;
  std::string line(indent);
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (line.size() > indent.size() && line.size() + 1 + word.size() > kColumns) {
      absl::StrAppend(&lines, line, "\n");
      line = std::string(indent);
    }
    absl::StrAppend(&line, line.size() > indent.size() ? " " : "", word);
  }
  return absl::StrCat(lines, line, "\n");
}

std::string Commands(const CLI::App& app) {
  const std::vector<const CLI::App*> commands = app.get_subcommands({});
  size_t width = 0;
  for (const CLI::App* command : commands) width = std::max(width, command->get_name().size());
  std::string text;
  for (const CLI::App* command : commands) {
    absl::StrAppend(&text, "  ", command->get_name(),
                    std::string(width - command->get_name().size() + 3, ' '),
                    command->get_description(), "\n");
  }
  return text;
}

std::string FlagText(const CLI::Option& flag) {
  const std::string form = flag.get_type_name();
  return absl::StrCat("  ", flag.get_name(false, true), form.empty() ? "" : " ", form, "\n",
                      Wrapped(flag.get_description(), "      "));
}

// Without --help and --version, which come last.
std::string FlagsText(const CLI::App& app) {
  const CLI::Option* const help = app.get_help_ptr();
  const CLI::Option* const version = app.get_version_ptr();
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->nonpositional() || option == help || option == version) continue;
    absl::StrAppend(&text, FlagText(*option));
  }
  return text;
}

const CLI::App& RootOf(const CLI::App& app) {
  const CLI::App* root = &app;
  while (root->get_parent() != nullptr) root = root->get_parent();
  return *root;
}

class HelpFormatter final : public CLI::FormatterBase {
 public:
  explicit HelpFormatter(const CommandWords& words) : words_(words) {}

  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    std::string text = absl::StrCat(words_.description, "\n\nUsage:\n  ", words_.usage, "\n");
    const std::string commands = Commands(*app);
    if (!commands.empty()) absl::StrAppend(&text, "\nCommands:\n", commands);
    const CLI::App* parent = app->get_parent();
    absl::StrAppend(&text, "\nFlags:\n", FlagsText(*app));
    if (words_.lists) absl::StrAppend(&text, FlagText(*RootOf(*app).get_option("--output")));
    absl::StrAppend(&text, FlagText(*app->get_help_ptr()));
    if (app->get_version_ptr() != nullptr) {
      absl::StrAppend(&text, FlagText(*app->get_version_ptr()));
    }
    if (*words_.examples != '\0') absl::StrAppend(&text, "\nExamples:\n", words_.examples, "\n");
    if (!commands.empty()) {
      absl::StrAppend(&text, "\nMore on a command: ", parent == nullptr ? "" : "fairlead ",
                      app->get_name(), " COMMAND --help\n");
    } else if (parent->get_parent() == nullptr || words_.lists) {
      absl::StrAppend(&text, "\nFlags of every command, such as --server: fairlead --help\n");
    }
    return text;
  }

 private:
  const CommandWords& words_;
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> HelpOf(const CommandWords& words) {
  return std::make_shared<HelpFormatter>(words);
}

}  // namespace fairlead
