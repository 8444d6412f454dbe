#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// Puts lines together out of a stream of bytes. Each line is handed on as soon as its newline is
// there. A line longer than the bound is not kept: `on_overlong` is called once for it, and what
// follows its newline is read on.
class LineSplitter {
 public:
  LineSplitter(size_t longest, std::function<void(absl::string_view line)> on_line,
               std::function<void()> on_overlong);

  // Callbacks run before it returns. Empty lines are left out.
  void Take(absl::string_view bytes);

 private:
  void End();

  const size_t longest_;
  const std::function<void(absl::string_view)> on_line_;
  const std::function<void()> on_overlong_;
  std::string line_;
  bool overlong_ = false;
};

}  // namespace fairlead
