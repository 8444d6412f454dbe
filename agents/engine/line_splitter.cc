#include "agents/engine/line_splitter.h"

#include <utility>

namespace fairlead {

LineSplitter::LineSplitter(size_t longest, std::function<void(absl::string_view line)> on_line,
                           std::function<void()> on_overlong)
    : longest_(longest), on_line_(std::move(on_line)), on_overlong_(std::move(on_overlong)) {}

void LineSplitter::Take(absl::string_view bytes) {
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const absl::string_view piece = bytes.substr(0, newline);
    if (!overlong_ && line_.size() + piece.size() > longest_) {
      overlong_ = true;
      line_ = std::string();  // gives its memory back
    }
    if (!overlong_) line_.append(piece.data(), piece.size());
    if (newline == absl::string_view::npos) return;
    End();
    bytes.remove_prefix(newline + 1);
  }
}

void LineSplitter::End() {
  if (overlong_) {
    on_overlong_();
  } else if (line_.find_first_not_of(" \r\t") != std::string::npos) {
    on_line_(line_);
  }
  line_.clear();
  overlong_ = false;
}

}  // namespace fairlead
