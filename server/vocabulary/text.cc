#include "server/vocabulary/text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

// Optimal string alignment distance: letters to replace, insert, remove or swap with their
// neighbour.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> steps(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) steps[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) steps[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      steps[i][j] = std::min({replace, steps[i - 1][j] + 1, steps[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
      }
    }
  }
  return steps[a.size()][b.size()];
}

}  // namespace

std::string PrintableAscii(absl::string_view text) {
  constexpr size_t kMost = 80;
  std::string printable;
  for (const char c : text.substr(0, kMost)) printable.push_back(absl::ascii_isprint(c) ? c : '?');
  if (text.size() > kMost) printable += "...";
  return printable;
}

std::string Shown(absl::string_view text) { return absl::StrCat("'", PrintableAscii(text), "'"); }

std::string Nearest(absl::string_view text, const std::vector<std::string>& words) {
  constexpr size_t kLongest = 64;
  if (text.size() > kLongest) return "";
  const std::string lower = absl::AsciiStrToLower(text);
  std::string nearest;
  size_t fewest = std::max<size_t>(1, text.size() / 3) + 1;
  for (const std::string& word : words) {
    const size_t distance = Distance(lower, absl::AsciiStrToLower(word));
    if (distance < fewest) {
      fewest = distance;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace fairlead
