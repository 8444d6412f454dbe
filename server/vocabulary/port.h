#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"
#include "server/vocabulary/said.h"

namespace fairlead {

// 1 to 65535 in decimal digits without leading zeros. None: it is something else.
std::optional<uint16_t> PortNumber(absl::string_view text);

// The container port that gets the requests, with nginx-proxy's precedence: VIRTUAL_PORT (or the
// label fairlead.port); else the sole exposed port, where 443/tcp and 443/udp are two; else 80. An
// empty word counts as none. `problems` gets a notice where the port is not exposed though others
// are: it is routed all the same on networks, where exposing means nothing, but has no published
// port. None: the word is refused.
std::optional<uint16_t> ChoosePort(const v1::Container& container, const Place& place,
                                   Problems& problems);

// The port of a container that says none: the sole exposed one, else 80.
uint16_t DefaultPort(const v1::Container& container);

// A notice, if the container exposes ports but not this one. `word` asked for it; empty: none did.
void NoteUnexposed(const v1::Container& container, uint16_t port, const std::string& word,
                   const Place& place, Problems& problems);

}  // namespace fairlead
