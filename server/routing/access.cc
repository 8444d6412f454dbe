#include "server/routing/access.h"

#include <algorithm>

namespace fairlead {

Access AccessOf(const RoutingRequest& request) {
  Access access;
  access.internal = request.internal;
  // The label is the container's, and so the same for each of its domains.
  if (!request.domains.empty()) {
    access.clients = request.domains.front().settings.client_certificates;
  }
  return access;
}

Access MoreCareful(const Access& a, const Access& b) {
  return {a.internal || b.internal, MoreCareful(a.clients, b.clients)};
}

std::optional<ClientCertificates> MoreCareful(std::optional<ClientCertificates> a,
                                              std::optional<ClientCertificates> b) {
  static_assert(ClientCertificates::kRequired < ClientCertificates::kOptional &&
                ClientCertificates::kOptional < ClientCertificates::kAnyone &&
                ClientCertificates::kAnyone < ClientCertificates::kOff);
  if (!a.has_value() && !b.has_value()) return std::nullopt;
  return std::min(a.value_or(ClientCertificates::kRequired),
                  b.value_or(ClientCertificates::kRequired));
}

}  // namespace fairlead
