#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fairlead {

// The flags of one command of a program with subcommands, with the rule that single-command
// programs have (server/base/settings.h): the flag wins over its variable FAIRLEAD_NAME, which wins
// over the default, which is what the bound value holds. A value that is refused is an error that
// names the flag or the variable. The bound values must outlive this.
class Flags {
 public:
  // Refuses a value with INVALID_ARGUMENT; the message says why and what to write.
  using Assign = std::function<absl::Status(const std::string& value)>;
  // Looks a variable up as getenv does: null if it is not set.
  using Variables = std::function<const char*(const char* name)>;

  explicit Flags(CLI::App& app) : app_(app) {}

  // `names` is as CLI11 has it: "--server", "-o,--output". `form` stands for the value in the help
  // text. The variable follows from the last name.
  void Add(const std::string& names, const std::string& form, const std::string& help,
           const std::string& default_text, Assign assign);
  void Add(const std::string& names, const std::string& form, const std::string& help,
           std::string* value);
  // A whole number from 1 to `most`.
  void Add(const std::string& names, const std::string& form, const std::string& help,
           int64_t* value, int64_t most);
  // Longer than zero.
  void Add(const std::string& names, const std::string& help, absl::Duration* value);
  // Separated by commas, or by the flag given several times; `check` is for each item.
  void Add(const std::string& names, const std::string& form, const std::string& help,
           std::vector<std::string>* values, const Assign& check);
  void AddSwitch(const std::string& name, const std::string& help, bool* value);

  // After what follows, variables are named FAIRLEAD_PREFIX_NAME.
  void VariablePrefix(std::string prefix) { prefix_ = std::move(prefix); }

  // After the command line is parsed: hands every value on.
  absl::Status Take(const Variables& variables) const;

  // With their dashes.
  std::vector<std::string> Names() const;

 private:
  struct Flag {
    std::string name;  // --server
    std::string variable;
    CLI::Option* option;
    Assign assign;
    bool is_list = false;
  };

  void Declare(CLI::Option* option, const std::string& names, const std::string& help,
               const std::string& default_text, Assign assign);

  CLI::App& app_;
  std::string prefix_;
  std::vector<Flag> flags_;
};

}  // namespace fairlead
