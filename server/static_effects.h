#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/base/problem.h"
#include "server/resources/resources.h"
#include "server/snapshot/snapshots.h"
#include "server/snapshot/view.h"
#include "server/static_resources/static_resources.h"

namespace fairlead {

// What static resources come to among everything else that proxies are sent. Looks and changes
// nothing; belongs to the control strand. What it refers to must outlive it.
class StaticEffects {
 public:
  // `views`: those that are open.
  StaticEffects(const StaticResources& statics, const Snapshots& snapshots,
                const Resources& resources, const absl::flat_hash_map<uint32_t, View>& views)
      : statics_(statics), snapshots_(snapshots), resources_(resources), views_(views) {}

  // References of the scope's resources to what its proxies are not sent; of a node: to what one of
  // its connections is not sent, or, while there is none, to what it would be sent if it named no
  // group. Sorted.
  std::vector<StaticResources::Reference> Dangling(const StaticScope& scope) const;

  // Of each of these resources of the scope, whose resource of that name it hides: "derived", "all
  // proxies", "group edge", sorted; of a node, while it is connected.
  std::vector<std::vector<std::string>> Overridden(const StaticScope& scope,
                                                   const std::vector<ResourceReference>& of) const;

 private:
  struct Standing {
    std::shared_ptr<const Snapshot> sent;
    bool derived = false;
  };

  // How the scope's proxies stand.
  std::vector<Standing> StandingOf(const StaticScope& scope) const;
  // Whom the scope's resources may hide, and in `derived` whether that is also what is derived.
  std::set<StaticScope> Below(const StaticScope& scope, bool& derived) const;
  // Assignments depend on the view; there is one wherever there is the cluster.
  bool IsDerived(const ResourceReference& of) const;

  const StaticResources& statics_;
  const Snapshots& snapshots_;
  const Resources& resources_;
  const absl::flat_hash_map<uint32_t, View>& views_;
};

Problem DanglingProblem(const StaticScope& scope, const StaticResources::Reference& reference);
// `whose`: as Overridden says it.
Problem OverrideProblem(const StaticScope& scope, const ResourceReference& of,
                        const std::string& whose);

}  // namespace fairlead
