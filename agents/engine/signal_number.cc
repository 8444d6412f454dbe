#include "agents/engine/signal_number.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

// x86 and ARM numbers, which are the engine's, not this process's. Source: signal(7).
constexpr std::pair<absl::string_view, int> kSignals[] = {
    {"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"ILL", 4},     {"TRAP", 5},    {"ABRT", 6},
    {"IOT", 6},   {"BUS", 7},   {"FPE", 8},   {"KILL", 9},    {"USR1", 10},   {"SEGV", 11},
    {"USR2", 12}, {"PIPE", 13}, {"ALRM", 14}, {"TERM", 15},   {"STKFLT", 16}, {"CHLD", 17},
    {"CLD", 17},  {"CONT", 18}, {"STOP", 19}, {"TSTP", 20},   {"TTIN", 21},   {"TTOU", 22},
    {"URG", 23},  {"XCPU", 24}, {"XFSZ", 25}, {"VTALRM", 26}, {"PROF", 27},   {"WINCH", 28},
    {"IO", 29},   {"POLL", 29}, {"PWR", 30},  {"SYS", 31},    {"RTMIN", 34},  {"RTMAX", 64},
};
constexpr int kHighest = 64;

std::optional<int> InRange(int number) {
  return number >= 1 && number <= kHighest ? std::optional<int>(number) : std::nullopt;
}

}  // namespace

std::optional<int> SignalNumber(absl::string_view text) {
  int number = 0;
  if (absl::SimpleAtoi(text, &number)) return InRange(number);
  const std::string upper = absl::AsciiStrToUpper(text);
  absl::string_view name = upper;
  absl::ConsumePrefix(&name, "SIG");
  const size_t sign = name.find_first_of("+-");
  int offset = 0;
  if (sign != absl::string_view::npos) {
    if (!absl::SimpleAtoi(name.substr(sign), &offset)) return std::nullopt;
    name = name.substr(0, sign);
    if (name != "RTMIN" && name != "RTMAX") return std::nullopt;
  }
  for (const auto& [known, value] : kSignals) {
    if (name == known) return InRange(value + offset);
  }
  return std::nullopt;
}

}  // namespace fairlead
