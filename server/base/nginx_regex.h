#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// nginx's regular expressions, as Envoy wants them. nginx looks for one anywhere in the text and
// knows Perl's syntax; Envoy matches the whole text and has RE2's syntax
// (https://github.com/google/re2/wiki/Syntax). "~R" is case-sensitive for paths, "~*R" is not;
// hosts never are.

// "~^/(a|b)/" for paths without their query.
std::string PathRegexOf(absl::string_view location);

// "~^www\d+\.shop\.example$" for hosts that may have a port behind them; the end of the text in the
// expression is the end of the host.
std::string HostRegexOf(absl::string_view server_name);

// If a proxy takes what they make of it, whether it takes text for bytes (Latin-1, as Envoy 1.40
// does) or for UTF-8. INVALID_ARGUMENT: it is no regular expression of RE2, by
// itself (the message is RE2's); RESOURCE_EXHAUSTED: Envoy holds it for too large, by its runtime
// key re2.max_program_size.error_level, which is 100 unless set.
absl::Status CheckPathRegex(absl::string_view location);
absl::Status CheckHostRegex(absl::string_view server_name);

}  // namespace fairlead
