#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fairlead {

// Rows under heads, as kubectl prints them: columns two spaces apart, as wide as their widest cell
// (by what a terminal shows, not by bytes), no space at a line's end. An empty cell is "<none>";
// control characters are '?'.
class Table {
 public:
  explicit Table(std::vector<std::string> heads);

  // As many cells as there are heads.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the first is the heads
};

// Columns that a terminal needs for `text` (UTF-8; what is none counts a column a byte).
size_t DisplayWidth(absl::string_view text);

}  // namespace fairlead
