#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fairlead {

// A stranger's text for people to read. Whatever is not printable ASCII becomes '?' (control and
// bidirectional characters deceive whoever reads them on a terminal), and what is longer than 80
// bytes is cut.
std::string PrintableAscii(absl::string_view text);

// The same in quotes, for a message: 'text'.
std::string Shown(absl::string_view text);

// The one of `words` that `text` most likely was meant to be: at most a third of its letters are
// wrong, missing, too many or swapped (optimal string alignment distance), upper and lower case
// alike. Empty if there is none. `text` is looked at only if it is at most 64 bytes long.
std::string Nearest(absl::string_view text, const std::vector<std::string>& words);

}  // namespace fairlead
