#pragma once

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// The first thing that is wrong within a message. The path is put together only on the way back up:
// a message that is right costs none.
struct Violation {
  std::string path;  // "virtual_hosts[3].domains[0]"; empty: the message itself
  std::string what;  // "it is empty; it needs at least 1 byte"

  // The same, as seen from a level above.
  Violation Under(absl::string_view field) && {
    path = path.empty() ? std::string(field) : absl::StrCat(field, ".", path);
    return std::move(*this);
  }
};

}  // namespace fairlead
