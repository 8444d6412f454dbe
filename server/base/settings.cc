#include "server/base/settings.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "server/base/log.h"
#include "server/base/settings_file.h"
#include "server/base/spelling.h"

namespace fairlead {
namespace {

constexpr char kConfig[] = "config";

std::string VariableOf(absl::string_view name) {
  return absl::StrCat("FAIRLEAD_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
}

std::string DidYouMean(absl::string_view word, const std::vector<std::string>& names,
                       absl::string_view prefix) {
  const std::string nearest = NearestName(word, names);
  return nearest.empty() ? "" : absl::StrCat("; did you mean '", prefix, nearest, "'?");
}

absl::Status CheckAll(const std::vector<std::string>& values, const Settings::Check& check) {
  if (!check) return absl::OkStatus();
  for (const std::string& value : values) {
    const absl::Status checked = check(value);
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Items(const std::vector<std::string>& values) {
  std::vector<std::string> items;
  for (const std::string& value : values) {
    for (absl::string_view item : absl::StrSplit(value, ',')) {
      item = absl::StripAsciiWhitespace(item);
      if (item.empty()) return absl::InvalidArgumentError("an item of the list is empty");
      items.emplace_back(item);
    }
  }
  return items;
}

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

// The name on a line of its own, what it means below, so that there is room to say it.
class SettingFormatter final : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool) const override {
    const std::string form = option->get_type_name();
    return absl::StrCat("  ", option->get_name(false, true), form.empty() ? "" : " ", form, "\n",
                        Wrapped(option->get_description(), "      "));
  }
  std::string make_group(std::string group, bool,
                         std::vector<const CLI::Option*> options) const override {
    std::string text = absl::StrCat(group, ":\n");
    for (const CLI::Option* option : options) absl::StrAppend(&text, make_option(option, false));
    return text;
  }
  std::string make_usage(const CLI::App* app, std::string name) const override {
    return absl::StrCat("\n", CLI::Formatter::make_usage(app, std::move(name)), "\n");
  }
};

}  // namespace

struct Settings::Setting {
  std::string name;
  std::string form;  // empty: a switch
  std::string help;
  std::string section;
  std::string default_text;
  bool is_list = false;
  std::function<absl::Status(const std::vector<std::string>&)> assign;

  std::vector<std::string> values;  // of the place that won
  std::string origin;               // empty: the default
};

// CLI11 takes the command line apart and lays the help text out; the other places are ours, since
// CLI11 lets a file win over a variable.
class Settings::CommandLine {
 public:
  explicit CommandLine(const Settings& settings)
      : app_(settings.program_.description, settings.program_.name) {
    app_.formatter(std::make_shared<SettingFormatter>());
    app_.footer(settings.program_.epilogue);
    app_.allow_extras();
    app_.set_help_flag();  // it comes last
    for (Setting* setting : settings.in_order_) Declare(*setting);
    app_.set_help_flag("-h,--help", "Print this and end.")->group("Help");
    app_.set_version_flag("--version",
                          absl::StrCat(settings.program_.name, " ", settings.program_.version),
                          "Print the version and end.")
        ->group("Help");
  }

  absl::StatusOr<std::string> Parse(std::vector<std::string> arguments,
                                    const std::vector<std::string>& names) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants it
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return app_.help();
    } catch (const CLI::CallForVersion& version) {
      return absl::StrCat(version.what(), "\n");
    } catch (const CLI::ParseError& error) {
      return absl::InvalidArgumentError(Quoted(error.what()));
    }
    for (const auto& [setting, option] : options_) {
      if (option->count() == 0) continue;
      setting->values = option->results();
      setting->origin = absl::StrCat("--", setting->name);
    }
    const std::vector<std::string> extras = app_.remaining();
    if (extras.empty()) return std::string();
    const absl::string_view flag = extras.front();
    if (!absl::StartsWith(flag, "--")) {
      return absl::InvalidArgumentError(absl::StrCat("unexpected argument '", Quoted(flag), "'"));
    }
    const absl::string_view word = absl::string_view(*absl::StrSplit(flag.substr(2), '=').begin());
    return absl::InvalidArgumentError(
        absl::StrCat("unknown flag '--", Quoted(word), "'", DidYouMean(word, names, "--")));
  }

 private:
  void Declare(Setting& setting) {
    const std::string flag = absl::StrCat("--", setting.name);
    const std::string description =
        absl::StrCat(setting.help, " [", VariableOf(setting.name),
                     setting.default_text.empty() ? "" : "; default ", setting.default_text, "]");
    CLI::Option* option = setting.form.empty() ? app_.add_flag(flag) : app_.add_option(flag);
    option->description(description)->group(setting.section);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!setting.form.empty()) option->expected(1)->type_name(setting.form);
    options_.emplace_back(&setting, option);
  }

  CLI::App app_;
  std::vector<std::pair<Setting*, CLI::Option*>> options_;
};

Settings::Settings(Program program) : program_(std::move(program)) {}
Settings::~Settings() = default;

void Settings::Section(std::string title) { section_ = std::move(title); }

Settings::Setting& Settings::Declare(std::string name, std::string form, std::string help) {
  auto setting = std::make_unique<Setting>();
  setting->name = name;
  setting->form = std::move(form);
  setting->help = std::move(help);
  setting->section = section_;
  in_order_.push_back(setting.get());
  return *(settings_[std::move(name)] = std::move(setting));
}

void Settings::Add(std::string name, std::string form, std::string help, std::string* value,
                   Check check) {
  Setting& setting = Declare(std::move(name), std::move(form), std::move(help));
  setting.default_text = *value;
  setting.assign =
      [value, check = std::move(check)](const std::vector<std::string>& values) -> absl::Status {
    const absl::Status checked = CheckAll({values.back()}, check);
    if (checked.ok()) *value = values.back();
    return checked;
  };
}

void Settings::Add(std::string name, std::string form, std::string help,
                   std::vector<std::string>* value, Check check) {
  Setting& setting = Declare(std::move(name), std::move(form), std::move(help));
  setting.default_text = absl::StrJoin(*value, ",");
  setting.is_list = true;
  setting.assign =
      [value, check = std::move(check)](const std::vector<std::string>& values) -> absl::Status {
    absl::StatusOr<std::vector<std::string>> items = Items(values);
    if (!items.ok()) return items.status();
    const absl::Status checked = CheckAll(*items, check);
    if (checked.ok()) *value = *std::move(items);
    return checked;
  };
}

void Settings::Add(std::string name, std::string form, std::string help, int64_t* value,
                   int64_t least, int64_t most) {
  Setting& setting = Declare(std::move(name), std::move(form), std::move(help));
  setting.default_text = absl::StrCat(*value);
  setting.assign = [value, least, most](const std::vector<std::string>& values) -> absl::Status {
    int64_t number = 0;
    if (!absl::SimpleAtoi(values.back(), &number) || number < least || number > most) {
      return absl::InvalidArgumentError(
          absl::StrCat("write a whole number from ", least, " to ", most));
    }
    *value = number;
    return absl::OkStatus();
  };
}

void Settings::Add(std::string name, std::string help, bool* value) {
  Setting& setting = Declare(std::move(name), "", std::move(help));
  setting.assign = [value](const std::vector<std::string>& values) -> absl::Status {
    if (!absl::SimpleAtob(values.back(), value)) {
      return absl::InvalidArgumentError("write true or false");
    }
    return absl::OkStatus();
  };
}

std::vector<std::string> Settings::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, setting] : settings_) names.push_back(name);
  return names;
}

const Settings::Setting& Settings::Find(absl::string_view name) const {
  return *settings_.at(std::string(name));
}

absl::StatusOr<std::string> Settings::Read(const std::vector<std::string>& arguments,
                                           const Variables& variables) {
  if (!settings_.contains(kConfig)) {
    Section("Configuration");
    Add(kConfig, "FILE",
        "A YAML file with settings, one a line, named like the flags: 'log-level: debug'. A flag "
        "wins over a variable, a variable over the file.",
        &config_);
  }
  CommandLine command_line(*this);
  absl::StatusOr<std::string> text = command_line.Parse(arguments, Names());
  if (!text.ok() || !text->empty()) return text;
  TakeVariables(variables);
  const absl::Status file = TakeFile();
  if (!file.ok()) return file;
  const absl::Status assigned = Assign();
  if (!assigned.ok()) return assigned;
  return std::string();
}

void Settings::TakeVariables(const Variables& variables) {
  for (Setting* setting : in_order_) {
    if (!setting->origin.empty()) continue;
    const std::string variable = VariableOf(setting->name);
    const char* value = variables(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    setting->values = {value};
    setting->origin = variable;
  }
}

absl::Status Settings::TakeFile() {
  const Setting& config = Find(kConfig);
  if (config.origin.empty()) return absl::OkStatus();
  const std::string& path = config.values.back();
  absl::StatusOr<std::vector<FileSetting>> file = ReadSettingsFile(path);
  if (!file.ok()) return file.status();
  for (FileSetting& line : *file) {
    const std::string origin = absl::StrCat(path, ", line ", line.line);
    const auto found = settings_.find(line.key);
    if (found == settings_.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          origin, ": unknown setting '", Quoted(line.key), "'", DidYouMean(line.key, Names(), "")));
    }
    if (line.key == kConfig) {
      return absl::InvalidArgumentError(
          absl::StrCat(origin, ": a file cannot name another; use the flag --", kConfig));
    }
    Setting& setting = *found->second;
    if (!setting.origin.empty()) continue;
    setting.values = std::move(line.values);
    setting.origin = origin;
    if (setting.values.size() > 1 && !setting.is_list) {
      return Refused(setting.name, "write one value, not a list");
    }
  }
  return absl::OkStatus();
}

absl::Status Settings::Assign() {
  for (Setting* setting : in_order_) {
    if (setting->origin.empty()) continue;
    const absl::Status assigned = setting->assign(setting->values);
    if (!assigned.ok()) return Refused(setting->name, assigned.message());
  }
  return absl::OkStatus();
}

std::string Settings::Origin(absl::string_view name) const {
  const Setting& setting = Find(name);
  return setting.origin.empty() ? "default" : setting.origin;
}

absl::Status Settings::Refused(absl::string_view name, absl::string_view why) const {
  const Setting& setting = Find(name);
  const std::string value =
      setting.origin.empty() ? setting.default_text : absl::StrJoin(setting.values, ",");
  const std::string where = setting.origin.empty() ? absl::StrCat("--", name)
                            : absl::StrContains(setting.origin, ", line ")
                                ? absl::StrCat(setting.origin, ": ", name)
                                : setting.origin;
  return absl::InvalidArgumentError(absl::StrCat(where, " '", Quoted(value), "': ", why));
}

std::optional<int> Settings::ReadOrExit(int argc, const char* const* argv) {
  const absl::StatusOr<std::string> text =
      Read(std::vector<std::string>(argv + std::min(argc, 1), argv + argc),
           [](const char* name) -> const char* { return std::getenv(name); });
  if (!text.ok()) {
    std::cerr << program_.name << ": " << text.status().message() << "\n";
    if (!absl::IsInvalidArgument(text.status())) return kExitError;
    std::cerr << "Try '" << program_.name << " --help'.\n";
    return kExitUsage;
  }
  if (text->empty()) return std::nullopt;
  std::cout << *text << std::flush;
  return 0;
}

}  // namespace fairlead
