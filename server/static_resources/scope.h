#pragma once

#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "fairlead/v1/admin.pb.h"
#include "fairlead/v1/stored.pb.h"

namespace fairlead {

// Whom static resources are for. Sorted: all, groups, nodes.
struct StaticScope {
  enum class Kind { kAll, kGroup, kNode };

  Kind kind = Kind::kAll;
  std::string name;  // of the group or the node; empty for all

  // "all proxies", "group edge", "node edge-1".
  std::string ToString() const;

  friend bool operator==(const StaticScope& a, const StaticScope& b) {
    return a.kind == b.kind && a.name == b.name;
  }
  friend bool operator<(const StaticScope& a, const StaticScope& b) {
    return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
  }
};

// INVALID_ARGUMENT: none is set, its name is empty or too long, or `all` is false.
absl::StatusOr<StaticScope> ScopeOf(const v1::ResourceScope& scope);
absl::StatusOr<StaticScope> ScopeOf(const v1::StoredResource& record);

v1::ResourceScope ToProto(const StaticScope& scope);

}  // namespace fairlead
