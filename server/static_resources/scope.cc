#include "server/static_resources/scope.h"

#include "absl/strings/str_cat.h"
#include "server/static_resources/limits.h"

namespace fairlead {
namespace {

absl::StatusOr<StaticScope> Named(StaticScope::Kind kind, const std::string& name) {
  if (name.empty()) {
    return absl::InvalidArgumentError("the scope's node id or group is empty; write its name");
  }
  if (name.size() > kLongestScopeName) {
    return absl::InvalidArgumentError(
        absl::StrCat("the scope's node id or group is longer than ", kLongestScopeName, " bytes"));
  }
  return StaticScope{kind, name};
}

// Of a message with the oneof `scope`.
template <typename Message>
absl::StatusOr<StaticScope> ReadScope(const Message& message) {
  switch (message.scope_case()) {
    case Message::kNodeId:
      return Named(StaticScope::Kind::kNode, message.node_id());
    case Message::kGroup:
      return Named(StaticScope::Kind::kGroup, message.group());
    case Message::kAll:
      if (message.all()) return StaticScope();
      break;
    case Message::SCOPE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "the resources' scope is missing; say for which node_id or group they are, or that they are "
      "for all");
}

}  // namespace

std::string StaticScope::ToString() const {
  switch (kind) {
    case Kind::kAll:
      return "all proxies";
    case Kind::kGroup:
      return absl::StrCat("group ", name);
    case Kind::kNode:
      return absl::StrCat("node ", name);
  }
  return "";
}

absl::StatusOr<StaticScope> ScopeOf(const v1::ResourceScope& scope) { return ReadScope(scope); }

absl::StatusOr<StaticScope> ScopeOf(const v1::StoredResource& record) { return ReadScope(record); }

v1::ResourceScope ToProto(const StaticScope& scope) {
  v1::ResourceScope message;
  switch (scope.kind) {
    case StaticScope::Kind::kAll:
      message.set_all(true);
      break;
    case StaticScope::Kind::kGroup:
      message.set_group(scope.name);
      break;
    case StaticScope::Kind::kNode:
      message.set_node_id(scope.name);
      break;
  }
  return message;
}

}  // namespace fairlead
