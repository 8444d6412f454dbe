#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/optional.h"
#include "server/base/problem.h"

namespace fairlead {

// Listeners of one scheme beyond the proxies' own.
inline constexpr size_t kMostPublicPorts = 100;

// What a domain's public port has to fit in with.
struct PublicPortGround {
  const char* word;  // that asks for it: EXTERNAL_HTTP_PORT
  uint16_t own;      // the proxies' own of this scheme
  uint16_t taken;    // the proxies' own of the other scheme, which is not a domain's to take
  bool is_there;     // there is a listener at the port that is asked for
  size_t others;     // listeners there are beyond `own`
};

// The port at which `domain` is served, which asks for `asked`: that one, or the proxies' own and a
// problem.
uint16_t PublicPortOf(const std::string& domain, uint16_t asked, const PublicPortGround& ground,
                      absl::optional<Problem>& problem);

}  // namespace fairlead
