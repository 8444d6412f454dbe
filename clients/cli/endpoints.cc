#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/cells.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

Cell HealthCell(v1::Endpoint::Health health) {
  switch (health) {
    case v1::Endpoint::HEALTHY:
      return {"HEALTHY", Tone::kGood};
    case v1::Endpoint::UNHEALTHY:
      return {"UNHEALTHY", Tone::kBad};
    case v1::Endpoint::DRAINING:
    case v1::Endpoint::STARTING:
      return {v1::Endpoint::Health_Name(health), Tone::kWarning};
    default:
      return {"UNKNOWN", Tone::kWarning};
  }
}

// The preferred address, or all with from where each can be reached.
std::string AddressCell(const v1::Endpoint& endpoint, bool all) {
  if (endpoint.addresses().empty()) return "";
  if (all) {
    return absl::StrJoin(endpoint.addresses(), ",",
                         [](std::string* text, const v1::Endpoint::Address& address) {
                           absl::StrAppend(text, SocketAddress(address.ip(), address.port()), " (",
                                           address.from(), ")");
                         });
  }
  const v1::Endpoint::Address& first = endpoint.addresses(0);
  const std::string text = SocketAddress(first.ip(), first.port());
  const int more = endpoint.addresses_size() - 1;
  return more == 0 ? text : absl::StrCat(text, " +", more, " more");
}

std::vector<Cell> Row(const v1::Endpoint& endpoint, const Look& look) {
  std::vector<Cell> row = {
      endpoint.cluster(),
      endpoint.container_name(),
      endpoint.host_id(),
      HealthCell(endpoint.health()),
      AddressCell(endpoint, look.wide),
      endpoint.reason(),
  };
  if (look.wide)
    row.insert(row.end(), {endpoint.service(), endpoint.container_id(),
                           RateCell(endpoint.requests(), endpoint.requests_per_second()),
                           CountCell(endpoint.errors(), Tone::kBad)});
  return row;
}

}  // namespace

std::string EndpointsText(const v1::ListEndpointsResponse& response, const Look& look) {
  if (response.endpoints().empty()) {
    return "No endpoints: no container that asks to be routed is running.\n";
  }
  std::vector<std::string> heads = {"CLUSTER", "CONTAINER", "HOST", "HEALTH", "ADDRESS", "REASON"};
  if (look.wide) heads.insert(heads.end(), {"SERVICE", "CONTAINER ID", "REQ/S", "ERRORS"});
  Table table(std::move(heads));
  for (const v1::Endpoint& endpoint : response.endpoints()) table.Add(Row(endpoint, look));
  return table.Text(look.colour);
}

}  // namespace fairlead
