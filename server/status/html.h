#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fairlead {

// `text` as the content of an HTML element or of a quoted attribute: strangers write what the page
// shows.
std::string Escaped(absl::string_view text);

// How good or bad something is; shown as a colour beside the word, never alone.
enum class PageTone { kGood, kWarn, kBad, kIdle };

// A word in the colour of its tone.
std::string Word(PageTone tone, absl::string_view word);

// A table with a heading, and what to say if it is empty. Rows beyond kMostRows are counted.
class HtmlTable {
 public:
  static constexpr size_t kMostRows = 1'000;

  // `command` is what lists all of it, such as "fairlead endpoints". The texts are plain.
  HtmlTable(std::string title, std::string command, std::vector<std::string> heads);

  // One row: HTML for each column.
  void Add(const std::vector<std::string>& cells);

  // `empty`: plain text in place of a table without rows.
  std::string Html(absl::string_view empty) const;

 private:
  const std::string title_;
  const std::string command_;
  const std::vector<std::string> heads_;
  std::string rows_;
  size_t count_ = 0;
};

}  // namespace fairlead
