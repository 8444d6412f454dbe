#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/base/problem.h"
#include "server/snapshot/resource.h"

namespace fairlead {

// Stands before the place of a derived resource: one that cannot be valid (server/validation) is
// not let through, so that the last good one stays and a proxy has nothing to refuse. It alone is
// left out, and that is a problem until a valid one comes or it goes.
//
// Belongs to the control strand.
class ValidityGate {
 public:
  // Where a resource has its place.
  struct Slot {
    Type type = Type::kCluster;
    std::string name;        // of the resource, or of the part of it that is looked at alone
    std::string where = {};  // "view 3", "in https": if it has several such places
  };

  // Whose words a field of the message comes from; the field is as Validate names it.
  using OriginOf = absl::FunctionRef<Place(absl::string_view field)>;

  // Whether `message` may take its place. What that changes about its problem is added, with its
  // origin.
  bool Admits(const Slot& slot, const google::protobuf::Message& message, OriginOf origin_of,
              std::vector<ProblemsOf>& problems);
  // As Admits, of a serialized resource.
  bool Admits(const Slot& slot, const Resource& resource, OriginOf origin_of,
              std::vector<ProblemsOf>& problems);
  // The place is gone, and its problem with it.
  void Forget(const Slot& slot, std::vector<ProblemsOf>& problems);

  // Whether a whole resource, `where` is empty, was admitted and has its place still: of what is
  // not there nothing is to refer to it.
  bool IsThere(const Slot& slot) const { return there_.contains({slot.type, slot.name}); }

 private:
  bool Take(const Slot& slot, const absl::Status& valid, OriginOf origin_of,
            std::vector<ProblemsOf>& problems);
  // Its problem is none any more.
  void Settle(const Slot& slot, std::vector<ProblemsOf>& problems);

  absl::flat_hash_set<std::pair<Type, std::string>> there_;
  absl::flat_hash_set<std::string> refused_;  // sources of problems that stand
};

}  // namespace fairlead
