#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// The settings of one program. Each has one name, and may be said in three places; the first that
// says it wins:
//   1. the flag          --listen-address 127.0.0.1:1     (or --listen-address=127.0.0.1:1)
//   2. the variable      FAIRLEAD_LISTEN_ADDRESS=127.0.0.1:1   (empty counts as not set)
//   3. the file          listen-address: 127.0.0.1:1      (YAML, the one that --config names)
//   4. else the default, which is what the bound value holds when the setting is added.
// Places do not mix: a list that a flag gives replaces the file's. Everything is strict: an unknown
// flag or key, or a value that its setting refuses, is an error that names the flag, the variable,
// or the file and line.
//
//   std::string listen = "127.0.0.1:18080";
//   Settings settings({.name = "fairlead-server", .version = "0.1.0", .description = "..."});
//   settings.Section("Listeners");
//   settings.Add("http-listen", "ADDR", "Where the status page is served.", &listen);
//   if (std::optional<int> code = settings.ReadOrExit(argc, argv)) return *code;
//
// --help, --version and --config are added by this class. Not thread-safe. The bound values must
// live until Read has returned; it alone writes them.
class Settings {
 public:
  struct Program {
    std::string name;
    std::string version;
    std::string description;  // heads the help text; may have several lines
    std::string epilogue;     // ends the help text: examples
  };
  // Refuses a value with INVALID_ARGUMENT; the message says why and what to write. An empty
  // function allows all.
  using Check = std::function<absl::Status(absl::string_view value)>;
  // Looks a variable up as getenv does: null if it is not set.
  using Variables = std::function<const char*(const char* name)>;

  // Exit codes of every program of ours.
  static constexpr int kExitError = 1;
  static constexpr int kExitUsage = 2;

  explicit Settings(Program program);
  ~Settings();
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  // Heads, in the help text, the settings that are added after it.
  void Section(std::string title);

  // `name` is in lower case with '-' between words; `form` stands for the value in the help text
  // ("ADDR"); `help` is one or more sentences.
  void Add(std::string name, std::string form, std::string help, std::string* value,
           Check check = {});
  // A list: separated by commas, as a YAML list, or by the flag given several times. `check` is for
  // each item.
  void Add(std::string name, std::string form, std::string help, std::vector<std::string>* values,
           Check check = {});
  // A whole number from `least` to `most`.
  void Add(std::string name, std::string form, std::string help, int64_t* value, int64_t least,
           int64_t most);
  // A switch: `--name` means true; a value (true, false) may follow '='.
  void Add(std::string name, std::string help, bool* value);

  // Reads all places. The text that it yields is empty if the program is to go on; else it was
  // asked for help or its version, and is to print the text and end well. Every error is one of
  // usage (INVALID_ARGUMENT) but for a file that cannot be read (NOT_FOUND, PERMISSION_DENIED,
  // ...).
  absl::StatusOr<std::string> Read(const std::vector<std::string>& arguments,
                                   const Variables& variables);

  // For main: reads argv and the environment, prints help to standard output and errors to standard
  // error. Yields the exit code if the program is to end.
  std::optional<int> ReadOrExit(int argc, const char* const* argv);

  // After Read: who said it: "--server", "FAIRLEAD_SERVER", "agent.yaml, line 3" or "default".
  std::string Origin(absl::string_view name) const;

  // After Read, for checks over several settings: the error for this one's value, with its origin.
  absl::Status Refused(absl::string_view name, absl::string_view why) const;

 private:
  struct Setting;
  class CommandLine;

  Setting& Declare(std::string name, std::string form, std::string help);
  void TakeVariables(const Variables& variables);
  absl::Status TakeFile();
  absl::Status Assign();
  std::vector<std::string> Names() const;
  const Setting& Find(absl::string_view name) const;

  const Program program_;
  std::string section_ = "Options";
  std::string config_;
  std::map<std::string, std::unique_ptr<Setting>> settings_;
  std::vector<Setting*> in_order_;
};

}  // namespace fairlead
