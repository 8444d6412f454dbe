#include "server/subscriptions/node.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/base/begin_of.h"

namespace fairlead {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr size_t kLongestName = 253;
constexpr int kMostNetworks = 64;

const Value* Field(const Struct& fields, const std::string& name) {
  const auto found = fields.fields().find(name);
  return found == fields.fields().end() ? nullptr : &found->second;
}

absl::StatusOr<std::string> NameIn(const Value& value, absl::string_view where) {
  if (value.kind_case() != Value::kStringValue) {
    return absl::InvalidArgumentError(absl::StrCat(
        "node.metadata.", where, " is not a string; write it as one in the bootstrap"));
  }
  if (value.string_value().size() > kLongestName) {
    return absl::InvalidArgumentError(
        absl::StrCat("node.metadata.", where, " is longer than ", kLongestName, " bytes"));
  }
  return value.string_value();
}

absl::Status ReadNetworks(const Value& value, View& view) {
  if (value.kind_case() != Value::kListValue || value.list_value().values_size() > kMostNetworks) {
    return absl::InvalidArgumentError(
        absl::StrCat("node.metadata.fairlead.networks is not a list of at most ", kMostNetworks,
                     " network names"));
  }
  for (const Value& element : value.list_value().values()) {
    absl::StatusOr<std::string> network = NameIn(element, "fairlead.networks");
    if (!network.ok()) return network.status();
    view.networks.push_back(*std::move(network));
  }
  std::sort(view.networks.begin(), view.networks.end());
  view.networks.erase(std::unique(view.networks.begin(), view.networks.end()), view.networks.end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<View> ViewOf(const envoy::config::core::v3::Node& node) {
  View view;
  view.group = kDefaultGroup;
  view.zone = std::string(BeginOf(node.locality().zone(), kLongestName));
  const Value* const ours = Field(node.metadata(), "fairlead");
  if (ours == nullptr) return view;
  if (ours->kind_case() != Value::kStructValue) {
    return absl::InvalidArgumentError(
        "node.metadata.fairlead is not a map; `fairlead bootstrap envoy` prints a right one");
  }
  const struct {
    const char* name;
    std::string& value;
  } names[] = {{"group", view.group}, {"host", view.host}};
  for (const auto& field : names) {
    const Value* const value = Field(ours->struct_value(), field.name);
    if (value == nullptr) continue;
    absl::StatusOr<std::string> name = NameIn(*value, absl::StrCat("fairlead.", field.name));
    if (!name.ok()) return name.status();
    if (!name->empty()) field.value = *std::move(name);
  }
  if (const Value* const networks = Field(ours->struct_value(), "networks")) {
    const absl::Status status = ReadNetworks(*networks, view);
    if (!status.ok()) return status;
  }
  return view;
}

absl::StatusOr<std::string> ContainerOf(const envoy::config::core::v3::Node& node) {
  const Value* const ours = Field(node.metadata(), "fairlead");
  const Value* const id = ours == nullptr ? nullptr : Field(ours->struct_value(), "container");
  return id == nullptr ? "" : NameIn(*id, "fairlead.container");
}

bool NamesGroup(const envoy::config::core::v3::Node& node) {
  const Value* const ours = Field(node.metadata(), "fairlead");
  const Value* const group = ours == nullptr ? nullptr : Field(ours->struct_value(), "group");
  return group != nullptr && !group->string_value().empty();
}

std::string UserAgentOf(const envoy::config::core::v3::Node& node) {
  std::string version = node.user_agent_version();
  if (node.has_user_agent_build_version()) {
    const auto& build = node.user_agent_build_version().version();
    version = absl::StrCat(build.major_number(), ".", build.minor_number(), ".", build.patch());
  }
  std::string agent = node.user_agent_name();
  if (!version.empty()) absl::StrAppend(&agent, agent.empty() ? "" : " ", version);
  return std::string(BeginOf(agent, kLongestName));
}

}  // namespace fairlead
