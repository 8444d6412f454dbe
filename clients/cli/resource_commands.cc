#include "clients/cli/resource_commands.h"

#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/message_json.h"
#include "clients/cli/resource_file.h"
#include "server/base/file.h"

namespace fairlead {
namespace {

// As one admin request may have; text is longer than what it means.
constexpr size_t kLargestFile = 64 << 20;

using Output = Request::Output;

absl::StatusOr<std::string> ReadAll(std::istream& input) {
  std::string text;
  char part[1 << 16];
  while (input.read(part, sizeof(part)) || input.gcount() > 0) {
    text.append(part, static_cast<size_t>(input.gcount()));
    if (text.size() <= kLargestFile) continue;
    return absl::ResourceExhaustedError(absl::StrCat("the standard input has more than ",
                                                     kLargestFile >> 20,
                                                     " MiB; put the resources in several calls"));
  }
  return text;
}

absl::StatusOr<std::vector<ResourceInFile>> ReadResources(const ResourceCall& call,
                                                          const std::string& name) {
  const std::string& file = call.request.resources.file;
  const absl::StatusOr<std::string> text =
      file == "-" ? ReadAll(call.input) : ReadFile(file, kLargestFile);
  // NOT_FOUND is a file's here, not that of something asked for.
  if (!text.ok()) return absl::FailedPreconditionError(text.status().message());
  return ParseResources(*text, name);
}

std::string TypeIn(const ResourceArguments& arguments) {
  return arguments.type.empty() ? "" : ResourceTypeOf(arguments.type).value();
}

v1::ListResourcesRequest ListRequest(const ResourceCall& call, bool without_content) {
  const ResourceArguments& arguments = call.request.resources;
  v1::ListResourcesRequest request;
  const v1::ResourceScope scope = ScopeIn(arguments);
  if (scope.scope_case() != v1::ResourceScope::SCOPE_NOT_SET) *request.mutable_scope() = scope;
  request.set_type(TypeIn(arguments));
  if (!arguments.names.empty()) request.set_name(arguments.names.front());
  request.set_without_content(without_content);
  return request;
}

// `response` in JSON, or `text` for people.
template <typename Response>
absl::StatusOr<std::string> Shown(const ResourceCall& call,
                                  const absl::StatusOr<Response>& response,
                                  std::string (*text)(const Response&, const Look&)) {
  if (!response.ok()) return response.status();
  if (call.request.output == Output::kJson) return MessageJson(*response, /*one_line=*/false);
  return text(*response, call.look);
}

}  // namespace

absl::StatusOr<std::string> RunPut(const ResourceCall& call) {
  const ResourceArguments& arguments = call.request.resources;
  const std::string name = arguments.file == "-" ? "standard input" : arguments.file;
  const absl::StatusOr<std::vector<ResourceInFile>> resources = ReadResources(call, name);
  if (!resources.ok()) return resources.status();
  v1::PutResourcesRequest request;
  *request.mutable_scope() = ScopeIn(arguments);
  request.set_version(arguments.version);
  request.set_replace(arguments.replace);
  for (const ResourceInFile& of : *resources) *request.add_resources() = of.resource;
  const absl::StatusOr<v1::PutResourcesResponse> response = call.client.PutResources(request);
  if (!response.ok()) return WithPlace(response.status(), *resources, name);
  return Shown(call, response, PutText);
}

absl::StatusOr<std::string> RunDelete(const ResourceCall& call) {
  const ResourceArguments& arguments = call.request.resources;
  v1::DeleteResourcesRequest request;
  *request.mutable_scope() = ScopeIn(arguments);
  request.set_type(TypeIn(arguments));
  request.mutable_names()->Assign(arguments.names.begin(), arguments.names.end());
  return Shown(call, call.client.DeleteResources(request), DeletedText);
}

absl::StatusOr<std::string> RunList(const ResourceCall& call) {
  return Shown(call, call.client.ListResources(ListRequest(call, /*without_content=*/true)),
               ResourcesText);
}

absl::StatusOr<std::string> RunGet(const ResourceCall& call) {
  const auto response = call.client.ListResources(ListRequest(call, /*without_content=*/false));
  if (!response.ok()) return response.status();
  return call.request.output == Output::kJson ? ResourcesAsJson(*response)
                                              : ResourcesAsYaml(*response);
}

absl::StatusOr<std::string> RunProxyConfig(const ResourceCall& call) {
  v1::GetProxyConfigRequest request;
  request.set_node_id(call.request.resources.node);
  if (const std::string type = TypeIn(call.request.resources); !type.empty()) {
    request.add_types(type);
  }
  const absl::StatusOr<v1::GetProxyConfigResponse> response = call.client.GetProxyConfig(request);
  if (!response.ok()) return response.status();
  switch (call.request.output) {
    case Output::kJson:
      return ProxyConfigAsJson(*response);
    case Output::kYaml:
      return ProxyConfigAsYaml(*response);
    default:
      return ProxyConfigText(*response, call.look);
  }
}

}  // namespace fairlead
