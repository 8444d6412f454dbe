#include "clients/cli/table.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

std::string Printable(const std::string& cell) {
  if (cell.empty()) return "<none>";
  std::string printable = cell;
  for (char& c : printable) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return printable;
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t codepoint = -1;
    const utf8proc_ssize_t read = utf8proc_iterate(bytes, left, &codepoint);
    width += read > 0 ? static_cast<size_t>(utf8proc_charwidth(codepoint)) : 1;
    bytes += read > 0 ? read : 1;
    left -= read > 0 ? read : 1;
  }
  return width;
}

Table::Table(std::vector<std::string> heads) { rows_.push_back(std::move(heads)); }

void Table::Add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Printable(cell);
  cells.resize(rows_.front().size());
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i], std::string(widths[i] - DisplayWidth(row[i]) + 2, ' '));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

}  // namespace fairlead
