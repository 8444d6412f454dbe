#include "server/explain/carriers.h"

#include <algorithm>

#include "absl/strings/string_view.h"

namespace fairlead {
namespace {

// Adds those of `type` that refer to one of `targets`.
void AddReferrers(const Snapshot& snapshot, Type type,
                  const std::vector<ResourceReference>& targets,
                  std::vector<ResourceReference>& carriers) {
  snapshot.Of(type).ForEach([&](absl::string_view name, const auto& resource) {
    if (resource->on_request_only()) return;
    const std::vector<ResourceReference> references = ReferencesOf(type, resource->body());
    const bool leads = std::any_of(targets.begin(), targets.end(), [&](const auto& target) {
      return std::binary_search(references.begin(), references.end(), target);
    });
    if (leads) carriers.push_back({type, std::string(name)});
  });
}

}  // namespace

std::vector<ResourceReference> CarriersOf(const Snapshot& snapshot, const std::string& cluster) {
  const Resource* const resource = snapshot.Find(Type::kCluster, cluster);
  std::vector<ResourceReference> routes;
  AddReferrers(snapshot, Type::kRoute, {{Type::kCluster, cluster}}, routes);
  std::vector<ResourceReference> carriers = routes;
  AddReferrers(snapshot, Type::kListener, routes, carriers);
  carriers.push_back({Type::kCluster, cluster});
  carriers.push_back({Type::kEndpoint, resource == nullptr ? cluster : resource->assignment()});
  std::sort(carriers.begin(), carriers.end());
  return carriers;
}

}  // namespace fairlead
