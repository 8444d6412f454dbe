#pragma once

#include <optional>

#include "server/vocabulary/domain_settings.h"
#include "server/vocabulary/request.h"

namespace fairlead {

// Who is let in. Of several that may say, the most careful is heard, so that nobody opens what
// another wants for few.
struct Access {
  // Only clients in private networks.
  bool internal = false;
  // None: nobody says, which is as good as kRequired.
  std::optional<ClientCertificates> clients;

  friend bool operator==(const Access&, const Access&) = default;
};

// As one container asks for it.
Access AccessOf(const RoutingRequest& request);

// As two ask for it.
Access MoreCareful(const Access& a, const Access& b);

// Who does not say which certificates clients are to show wants them to show one.
std::optional<ClientCertificates> MoreCareful(std::optional<ClientCertificates> a,
                                              std::optional<ClientCertificates> b);

}  // namespace fairlead
