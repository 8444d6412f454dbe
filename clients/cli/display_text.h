#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// `text` from a stranger (a container's name, a proxy's words), made safe for a terminal: what is
// no UTF-8, controls, line breaks, and marks that are invisible or turn the direction of writing
// are replaced by their code (\x1b, \u202e). The rest is kept.
std::string Printable(absl::string_view text);

// How many columns a terminal gives to `text`, which is Printable: two for most of East Asia, none
// for combining marks. (Unicode 14, by utf8proc.)
size_t DisplayWidth(absl::string_view text);

}  // namespace fairlead
