#include "clients/cli/resource_file.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/cli/message_json.h"
#include "clients/cli/yaml.h"
#include "server/base/envoy_types.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

using Json = nlohmann::ordered_json;

// "a.yaml, line 7" or "a.yaml".
std::string PlaceIn(absl::string_view file, int line) {
  return line == 0 ? std::string(file) : absl::StrCat(file, ", line ", line);
}

std::string TextOf(const Json& map, const char* key) {
  const auto found = map.find(key);
  return found != map.end() && found->is_string() ? found->get<std::string>() : "";
}

// "resource 2 ('web')".
std::string Called(size_t index, const Json& value) {
  std::string name = value.is_object() ? TextOf(value, "name") : "";
  if (name.empty() && value.is_object()) name = TextOf(value, "cluster_name");
  return absl::StrCat("resource ", index + 1,
                      name.empty() ? "" : absl::StrCat(" ('", Quoted(name), "')"));
}

absl::StatusOr<google::protobuf::Any> ResourceOf(const Json& value) {
  if (!value.is_object()) return absl::InvalidArgumentError("it is no map of fields");
  const std::string type = TextOf(value, "@type");
  if (type.empty()) {
    return absl::InvalidArgumentError(
        "it has no \"@type\"; write \"@type\": "
        "type.googleapis.com/envoy.config.cluster.v3.Cluster, or whichever it is");
  }
  if (NewEnvoyMessage(type) == nullptr || !absl::StartsWith(type, "type.googleapis.com/")) {
    return absl::InvalidArgumentError(
        absl::StrCat("its \"@type\" '", Quoted(type),
                     "' is no message of Envoy's v3 API; write it as in "
                     "type.googleapis.com/envoy.config.cluster.v3.Cluster"));
  }
  absl::StatusOr<google::protobuf::Any> any = AnyOf(value.dump());
  if (any.ok()) return any;
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(absl::StripSuffix(any.status().message(), ".")),
                   "; see in Envoy's v3 API what ", type.substr(type.rfind('/') + 1), " has"));
}

absl::StatusOr<Json> ContentOf(const google::protobuf::Any& resource) {
  const absl::StatusOr<std::string> json = JsonOf(resource);
  if (!json.ok()) return json.status();
  return Json::parse(*json);
}

absl::StatusOr<Json> ListOf(const v1::ListResourcesResponse& response) {
  Json list = Json::array();
  for (const v1::StaticResource& resource : response.resources()) {
    absl::StatusOr<Json> content = ContentOf(resource.resource());
    if (!content.ok()) return content;
    list.push_back(*std::move(content));
  }
  return list;
}

absl::StatusOr<Json> ListOf(const v1::GetProxyConfigResponse& response) {
  Json list = Json::array();
  for (const v1::SentResource& sent : response.resources()) {
    v1::SentResource about = sent;
    about.clear_resource();
    const absl::StatusOr<std::string> json = MessageJson(about, /*one_line=*/true);
    if (!json.ok()) return json.status();
    absl::StatusOr<Json> content = ContentOf(sent.resource());
    if (!content.ok()) return content;
    Json entry = Json::parse(*json);
    entry["resource"] = *std::move(content);
    list.push_back(std::move(entry));
  }
  return list;
}

template <typename Response>
absl::StatusOr<std::string> AsYaml(const Response& response) {
  const absl::StatusOr<Json> list = ListOf(response);
  if (!list.ok()) return list.status();
  return YamlOf(*list);
}

template <typename Response>
absl::StatusOr<std::string> AsJson(const Response& response) {
  const absl::StatusOr<Json> list = ListOf(response);
  if (!list.ok()) return list.status();
  return absl::StrCat(list->dump(1), "\n");
}

}  // namespace

absl::StatusOr<std::vector<ResourceInFile>> ParseResources(const std::string& text,
                                                           absl::string_view name) {
  const absl::StatusOr<std::vector<YamlItem>> items = ParseYamlList(text, name);
  if (!items.ok()) return items.status();
  std::vector<ResourceInFile> resources;
  for (size_t i = 0; i < items->size(); ++i) {
    const YamlItem& item = (*items)[i];
    absl::StatusOr<google::protobuf::Any> resource = ResourceOf(item.value);
    if (!resource.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(PlaceIn(name, item.line), ": ",
                                                     Called(i, item.value), ": ",
                                                     std::string(resource.status().message())));
    }
    resources.push_back({*std::move(resource), item.line});
  }
  return resources;
}

absl::Status WithPlace(const absl::Status& status, const std::vector<ResourceInFile>& resources,
                       absl::string_view name) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return status;
  absl::string_view rest = status.message();
  size_t number = 0;
  int line = 0;
  if (absl::ConsumePrefix(&rest, "resource ") &&
      absl::SimpleAtoi(rest.substr(0, rest.find(':')), &number) && number >= 1 &&
      number <= resources.size()) {
    line = resources[number - 1].line;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(PlaceIn(name, line), ": ", std::string(status.message())));
}

absl::StatusOr<std::string> ResourcesAsYaml(const v1::ListResourcesResponse& response) {
  return AsYaml(response);
}
absl::StatusOr<std::string> ResourcesAsJson(const v1::ListResourcesResponse& response) {
  return AsJson(response);
}
absl::StatusOr<std::string> ProxyConfigAsYaml(const v1::GetProxyConfigResponse& response) {
  return AsYaml(response);
}
absl::StatusOr<std::string> ProxyConfigAsJson(const v1::GetProxyConfigResponse& response) {
  return AsJson(response);
}

}  // namespace fairlead
