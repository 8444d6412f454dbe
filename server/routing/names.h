#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// Names of pools. By construction no two pools have one name, and no mixed pool that of a service
// (the API listeners of gRPC clients have those): a service's name has no ':' and at most one '/',
// and what is before the '/' has no dot (see ServiceName); a mixed pool's name always has a '/',
// and what is before the first has a dot.

// "shop/web:8000"
std::string ServicePoolName(absl::string_view service, uint16_t port);

// "shop.example/api". A host without a dot gets its final one, as DNS writes a name that is whole:
// "localhost./api"; no host ends with a dot otherwise. Regular expressions are in braces, which no
// host or path has, and one for a host has the final dot as well: "{~^shop[0-9]+$}./api",
// "shop.example/{~^/(a|b)/}".
std::string MixedPoolName(absl::string_view host, absl::string_view path);

// The service whose pool of that name it is, as in ServicePoolName; empty: a mixed pool's.
absl::string_view ServiceOfPool(absl::string_view pool);

}  // namespace fairlead
