#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>

namespace fairlead {

// "IP:PORT" as a socket's address, IPv4; nothing if it is none.
std::optional<sockaddr_in> ParseAddress(const std::string& text);

}  // namespace fairlead
