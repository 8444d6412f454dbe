#pragma once

#include <spdlog/spdlog.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// Sets the process's log up: standard error, times in UTC (RFC 3339), gRPC's own messages included.
// Call once, at the start of main. `level` is trace, debug, info, warn, error or off; `format` is
// auto (text on a terminal, else json), text, or json (one object a line: ts, level, msg). Else
// INVALID_ARGUMENT.
absl::Status SetUpLog(absl::string_view level, absl::string_view format);

// To log, use spdlog's own calls, from any thread: spdlog::info("host {} is back", id). A line says
// what, where, why and what to do; no secrets, and no text of strangers longer than 256 bytes (see
// Quoted).

// `text` for a log line or a message: control characters are replaced, and what is longer than 256
// bytes is cut.
std::string Quoted(absl::string_view text);

}  // namespace fairlead
