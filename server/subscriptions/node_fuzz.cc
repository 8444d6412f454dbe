// Whatever node a client says it is: where it stands is taken within its bounds, or refused with
// words; and what is taken is the same each time.
//   test/fuzz server/subscriptions:node_fuzz

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "server/subscriptions/node.h"

namespace fairlead {
namespace {

constexpr size_t kLongest = 253;

void Require(bool holds) {
  if (!holds) std::abort();
}

void Check(const View& view) {
  Require(!view.group.empty() && view.group.size() <= kLongest);
  Require(view.host.size() <= kLongest && view.zone.size() <= kLongest);
  Require(view.networks.size() <= 64);
  // Sorted, and each once: views are told apart by them.
  Require(std::adjacent_find(view.networks.begin(), view.networks.end(), std::greater_equal<>()) ==
          view.networks.end());
  for (const std::string& network : view.networks) Require(network.size() <= kLongest);
}

void Check(const envoy::config::core::v3::Node& node) {
  const absl::StatusOr<View> view = ViewOf(node);
  Require(view.ok() || !view.status().message().empty());
  if (view.ok()) {
    Check(*view);
    Require(*ViewOf(node) == *view);
    Require(NamesGroup(node) || view->group == kDefaultGroup);
  }
  const absl::StatusOr<std::string> container = ContainerOf(node);
  Require(container.ok() ? container->size() <= kLongest : !container.status().message().empty());
  Require(UserAgentOf(node).size() <= kLongest);
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  envoy::config::core::v3::Node node;
  if (node.ParseFromArray(data, static_cast<int>(size))) fairlead::Check(node);
  return 0;
}
