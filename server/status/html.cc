#include "server/status/html.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace fairlead {
namespace {

absl::string_view ClassOf(PageTone tone) {
  switch (tone) {
    case PageTone::kGood:
      return "good";
    case PageTone::kWarn:
      return "warn";
    case PageTone::kBad:
      return "bad";
    case PageTone::kIdle:
      return "idle";
  }
  return "idle";
}

}  // namespace

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string Word(PageTone tone, absl::string_view word) {
  return absl::StrCat("<span class=\"", ClassOf(tone), "\">", Escaped(word), "</span>");
}

HtmlTable::HtmlTable(std::string title, std::string command, std::vector<std::string> heads)
    : title_(std::move(title)), command_(std::move(command)), heads_(std::move(heads)) {}

void HtmlTable::Add(const std::vector<std::string>& cells) {
  if (++count_ > kMostRows) return;
  absl::StrAppend(&rows_, "<tr>");
  for (const std::string& cell : cells) absl::StrAppend(&rows_, "<td>", cell, "</td>");
  absl::StrAppend(&rows_, "</tr>\n");
}

std::string HtmlTable::Html(absl::string_view empty) const {
  std::string html =
      absl::StrCat("<section>\n<h2>", Escaped(title_), " <small>", count_, "</small></h2>\n");
  if (count_ == 0) {
    return absl::StrCat(html, "<p class=\"idle\">", Escaped(empty), "</p>\n</section>\n");
  }
  absl::StrAppend(&html, "<div class=\"wide\"><table>\n<thead><tr>");
  for (const std::string& head : heads_) {
    absl::StrAppend(&html, "<th scope=\"col\">", Escaped(head), "</th>");
  }
  absl::StrAppend(&html, "</tr></thead>\n<tbody>\n", rows_, "</tbody>\n</table></div>\n");
  if (count_ > kMostRows) {
    absl::StrAppend(&html, "<p>and ", count_ - kMostRows, " more; <code>", Escaped(command_),
                    "</code> lists all</p>\n");
  }
  return absl::StrCat(html, "</section>\n");
}

}  // namespace fairlead
