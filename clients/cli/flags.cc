#include "clients/cli/flags.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "server/base/log.h"

namespace fairlead {

void Flags::Declare(CLI::Option* option, const std::string& names, const std::string& help,
                    const std::string& default_text, Assign assign) {
  const std::string name = names.substr(names.rfind("--"));
  const std::string variable =
      absl::StrCat("FAIRLEAD_", prefix_,
                   absl::AsciiStrToUpper(absl::StrReplaceAll(name.substr(2), {{"-", "_"}})));
  option->description(absl::StrCat(help, " [", variable, default_text.empty() ? "" : "; default ",
                                   default_text, "]"));
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  flags_.push_back({name, variable, option, std::move(assign)});
}

void Flags::Add(const std::string& names, const std::string& form, const std::string& help,
                const std::string& default_text, Assign assign) {
  CLI::Option* const option = app_.add_option(names);
  option->expected(1)->type_name(form);
  Declare(option, names, help, default_text, std::move(assign));
}

void Flags::Add(const std::string& names, const std::string& form, const std::string& help,
                std::string* value) {
  Add(names, form, help, *value, [value](const std::string& text) {
    *value = text;
    return absl::OkStatus();
  });
}

void Flags::Add(const std::string& names, const std::string& form, const std::string& help,
                int64_t* value, int64_t most) {
  const std::string default_text = *value == 0 ? "" : absl::StrCat(*value);
  Add(names, form, help, default_text, [value, most](const std::string& text) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(text, &number) || number < 1 || number > most) {
      return absl::InvalidArgumentError(absl::StrCat("write a whole number from 1 to ", most));
    }
    *value = number;
    return absl::OkStatus();
  });
}

void Flags::Add(const std::string& names, const std::string& help, absl::Duration* value) {
  const bool endless = *value == absl::InfiniteDuration();
  const std::string default_text = endless ? "" : absl::FormatDuration(*value);
  Add(names, "DURATION", help, default_text, [value](const std::string& text) {
    absl::Duration duration;
    if (!absl::ParseDuration(text, &duration) || duration <= absl::ZeroDuration()) {
      return absl::InvalidArgumentError(
          "it is no duration above zero; write a number with a unit, as in 10s or 2m");
    }
    *value = duration;
    return absl::OkStatus();
  });
}

void Flags::Add(const std::string& names, const std::string& form, const std::string& help,
                std::vector<std::string>* values, const Assign& check) {
  Add(names, form, help, "", [values, check](const std::string& text) {
    values->clear();
    for (const absl::string_view item : absl::StrSplit(text, ',')) {
      values->emplace_back(absl::StripAsciiWhitespace(item));
      const absl::Status checked = check(values->back());
      if (!checked.ok()) return checked;
    }
    return absl::OkStatus();
  });
  flags_.back().is_list = true;
}

void Flags::AddSwitch(const std::string& name, const std::string& help, bool* value) {
  Declare(app_.add_flag(name), name, help, "", [value](const std::string& text) {
    if (absl::SimpleAtob(text, value)) return absl::OkStatus();
    return absl::InvalidArgumentError("write true or false");
  });
}

absl::Status Flags::Take(const Variables& variables) const {
  for (const Flag& flag : flags_) {
    std::string origin = flag.name;
    std::string value;
    if (flag.option->count() > 0) {
      const std::vector<std::string> values = flag.option->results();
      value = flag.is_list ? absl::StrJoin(values, ",") : values.back();
    } else {
      const char* variable = variables(flag.variable.c_str());
      if (variable == nullptr || *variable == '\0') continue;
      origin = flag.variable;
      value = variable;
    }
    const absl::Status assigned = flag.assign(value);
    if (assigned.ok()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(origin, " '", Quoted(value), "': ", std::string(assigned.message())));
  }
  return absl::OkStatus();
}

std::vector<std::string> Flags::Names() const {
  std::vector<std::string> names;
  for (const Flag& flag : flags_) names.push_back(flag.name);
  return names;
}

}  // namespace fairlead
