// Whatever a settings file and a command line say: it is taken, or refused with words that can be
// shown on a terminal. The file's text and each argument lie behind each other, with a zero byte
// between.
//   test/fuzz server/base:settings_fuzz
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/base/settings.h"
#include "server/base/settings_file.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void RequireShown(absl::string_view message) {
  Require(!message.empty());
  Require(std::none_of(message.begin(), message.end(),
                       [](unsigned char c) { return c != '\n' && absl::ascii_iscntrl(c); }));
}

void CheckFile(absl::string_view text) {
  const auto file = ParseSettingsFile(text, "fuzz.yaml");
  if (!file.ok()) return RequireShown(file.status().message());
  for (const FileSetting& setting : *file) {
    Require(!setting.key.empty() && !setting.values.empty() && setting.line > 0);
  }
}

void CheckArguments(const std::vector<std::string>& arguments) {
  std::string text = "default";
  std::vector<std::string> list;
  int64_t number = 3;
  bool is_on = false;
  Settings settings({.name = "fuzz", .version = "1", .description = "", .epilogue = ""});
  settings.Add("text", "TEXT", "A text.", &text);
  settings.Add("list", "ITEM,...", "A list.", &list);
  settings.Add("number", "N", "A number.", &number, 1, 5);
  settings.Add("switch", "A switch.", &is_on);
  const auto read = settings.Read(arguments, [](const char*) { return nullptr; });
  if (!read.ok()) RequireShown(read.status().message());
  Require(number >= 1 && number <= 5);
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(reinterpret_cast<const char*>(data), size), '\0');
  fairlead::CheckFile(parts.front());
  parts.erase(parts.begin());
  // It would read a file of this machine.
  std::erase_if(parts, [](const std::string& part) { return absl::StartsWith(part, "--c"); });
  fairlead::CheckArguments(parts);
  return 0;
}
