#pragma once

#include <optional>

#include "absl/strings/string_view.h"

namespace fairlead {

// The number of a Linux signal as Docker lets it be written in STOPSIGNAL, --stop-signal and in its
// events: "15", "SIGTERM", "TERM", "sigterm", "SIGRTMIN+3". Nothing if it is none of these.
std::optional<int> SignalNumber(absl::string_view text);

}  // namespace fairlead
