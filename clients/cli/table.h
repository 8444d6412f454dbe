#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace fairlead {

// What a text says at a glance. The word says the same: colour is never alone.
enum class Tone { kPlain, kGood, kWarning, kBad, kFaint };

// `text` in the colour of `tone` (ANSI escapes), or as it is without `colour`.
std::string Toned(absl::string_view text, Tone tone, bool colour);

struct Cell {
  Cell(std::string text, Tone tone = Tone::kPlain)  // NOLINT: most cells are just a text
      : text(std::move(text)), tone(tone) {}

  std::string text;  // empty: shown as <none>
  Tone tone;
};

// A table as kubectl prints it: heads in upper case, columns aligned on the left and three spaces
// apart, no lines, nothing behind the last column. Texts may come from strangers (see Printable).
class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}

  // As many cells as there are heads.
  void Add(std::vector<Cell> row);

  // Each line ends with '\n'.
  std::string Text(bool colour) const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace fairlead
