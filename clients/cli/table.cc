#include "clients/cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "clients/cli/display_text.h"

namespace fairlead {
namespace {

constexpr size_t kGap = 3;

const char* EscapeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kGood:
      return "\033[32m";
    case Tone::kWarning:
      return "\033[33m";
    case Tone::kBad:
      return "\033[31m";
    case Tone::kFaint:
      return "\033[2m";
  }
  return "";
}

std::string Line(const std::vector<Cell>& row, const std::vector<size_t>& widths, bool colour) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) {
    absl::StrAppend(&line, Toned(row[i].text, row[i].tone, colour));
    if (i + 1 < row.size()) line.append(widths[i] - DisplayWidth(row[i].text) + kGap, ' ');
  }
  return absl::StrCat(line, "\n");
}

}  // namespace

std::string Toned(absl::string_view text, Tone tone, bool colour) {
  if (!colour || tone == Tone::kPlain) return std::string(text);
  return absl::StrCat(EscapeOf(tone), text, "\033[0m");
}

void Table::Add(std::vector<Cell> row) {
  for (Cell& cell : row) cell.text = cell.text.empty() ? "<none>" : Printable(cell.text);
  rows_.push_back(std::move(row));
}

std::string Table::Text(bool colour) const {
  std::vector<size_t> widths;
  for (const std::string& head : heads_) widths.push_back(DisplayWidth(head));
  for (const std::vector<Cell>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
    }
  }
  std::string text = Line(std::vector<Cell>(heads_.begin(), heads_.end()), widths, colour);
  for (const std::vector<Cell>& row : rows_) absl::StrAppend(&text, Line(row, widths, colour));
  return text;
}

}  // namespace fairlead
