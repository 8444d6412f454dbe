#include "server/routing/member.h"

namespace fairlead {

absl::Time TimeOf(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return absl::InfinitePast();
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

Age AgeOf(const Member& member) {
  const v1::Container& container = *member.facts;
  return {TimeOf(container.has_created_at(), container.created_at()), container.id(),
          member.host_id};
}

std::shared_ptr<const Endpoint> Member::EndpointFor(absl::string_view host, absl::string_view path,
                                                    uint16_t port) const {
  if (endpoints.empty()) return nullptr;
  const RouteRequest* own = request.FindRoute(host, path);
  if (own != nullptr) port = own->port;
  for (const auto& endpoint : endpoints) {
    if (endpoint->port == port) return endpoint;
  }
  return endpoints.front();
}

bool Runs(const Member& member) {
  if (member.held_back) return false;
  const auto state = member.facts->state();
  return state == v1::Container::RUNNING || state == v1::Container::PAUSED;
}

}  // namespace fairlead
