#include "server/static_resources/put.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"
#include "server/static_resources/limits.h"
#include "server/static_resources/redaction.h"
#include "server/validation/validate.h"

namespace fairlead {
namespace {

constexpr absl::string_view kServedTypes =
    "clusters (CDS), cluster load assignments (EDS), listeners (LDS), route configurations (RDS) "
    "and secrets (SDS) of Envoy's v3 API";

absl::Status Annotated(const absl::Status& status, int index) {
  return absl::Status(status.code(), absl::StrCat("resource ", index + 1, ": ", status.message()));
}

// Of two kinds of client in one group, gRPC's name the API listener that they want, and Envoys ask
// for all listeners, but take no such one. For a single node people mean what they say.
Resource::Offer OfferOf(const StaticScope& scope, Type type,
                        const google::protobuf::Message& message) {
  if (scope.kind == StaticScope::Kind::kNode || type != Type::kListener) {
    return Resource::Offer::kAlways;
  }
  const auto* const field = message.GetDescriptor()->FindFieldByName("api_listener");
  return message.GetReflection()->HasField(message, field) ? Resource::Offer::kOnRequest
                                                           : Resource::Offer::kAlways;
}

// Empty: it needs none of ours.
std::string AssignmentOf(Type type, const std::vector<ResourceReference>& references) {
  const auto found =
      std::find_if(references.begin(), references.end(),
                   [](const ResourceReference& of) { return of.type == Type::kEndpoint; });
  return type == Type::kCluster && found != references.end() ? found->name : "";
}

absl::StatusOr<StaticEntry> EntryOf(const StaticScope& scope, const google::protobuf::Any& any) {
  const absl::optional<Type> type = TypeOf(any.type_url());
  if (!type.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("its type '", Quoted(any.type_url()),
                                                   "' is not one that is served: ", kServedTypes));
  }
  absl::StatusOr<StaticEntry> entry = CheckedEntry(scope, *type, any.value());
  if (!entry.ok()) return entry;
  const absl::Status whole = CheckNotRedacted(any);
  if (!whole.ok()) return whole;
  const absl::Status valid = ValidateBytes(any.type_url(), any.value());
  if (valid.ok()) return entry;
  return absl::InvalidArgumentError(
      absl::StrCat(ShortName(*type), " '", Quoted(entry->resource->name()),
                   "' is not valid, so no client would take it: ", valid.message()));
}

}  // namespace

absl::StatusOr<StaticEntry> CheckedEntry(const StaticScope& scope, Type type,
                                         absl::string_view bytes) {
  const std::unique_ptr<google::protobuf::Message> message = NewMessage(type);
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError(absl::StrCat("its bytes are no ", message->GetTypeName(),
                                                   "; was it serialized as another type?"));
  }
  std::string name = NameWithin(type, *message);
  if (name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("it has no name; set ", type == Type::kEndpoint ? "cluster_name" : "name",
                     " in the ", message->GetTypeName()));
  }
  if (name.size() > kLongestStaticName) {
    return absl::ResourceExhaustedError(
        absl::StrCat("its name is longer than ", kLongestStaticName, " bytes; choose another"));
  }
  StaticEntry entry;
  entry.references = ReferencesOf(type, bytes);
  std::string assignment = AssignmentOf(type, entry.references);
  if (assignment == name) assignment.clear();
  entry.resource = Resource::Of(type, std::move(name), *message, OfferOf(scope, type, *message),
                                std::move(assignment));
  return entry;
}

absl::StatusOr<StaticPut> CheckedPut(const v1::PutResourcesRequest& request) {
  absl::StatusOr<StaticScope> scope = ScopeOf(request.scope());
  if (!scope.ok()) return scope.status();
  if (request.version().size() > kLongestGivenVersion) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the version is longer than ", kLongestGivenVersion,
                     " bytes; choose a shorter one, or none for a hash of the content"));
  }
  if (request.resources().empty()) {
    return absl::InvalidArgumentError(
        "there are no resources to put; DeleteResources takes resources away");
  }
  StaticPut put{*std::move(scope), {}, request.version(), request.replace()};
  std::set<ResourceReference> seen;
  for (int i = 0; i < request.resources_size(); ++i) {
    absl::StatusOr<StaticEntry> entry = EntryOf(put.scope, request.resources(i));
    if (!entry.ok()) return Annotated(entry.status(), i);
    const Resource& resource = *entry->resource;
    if (!seen.insert({resource.type(), resource.name()}).second) {
      return Annotated(
          absl::InvalidArgumentError(absl::StrCat(
              "another ", ShortName(resource.type()), " resource before it is called '",
              Quoted(resource.name()), "' too; names of one type differ")),
          i);
    }
    put.entries.push_back(*std::move(entry));
  }
  return put;
}

absl::StatusOr<StaticDelete> CheckedDelete(const v1::DeleteResourcesRequest& request) {
  absl::StatusOr<StaticScope> scope = ScopeOf(request.scope());
  if (!scope.ok()) return scope.status();
  const absl::StatusOr<Type> type = TypeNamed(request.type());
  if (!type.ok()) return type.status();
  if (request.names().empty()) {
    return absl::InvalidArgumentError("there are no names of resources to delete; write them");
  }
  return StaticDelete{*std::move(scope), *type, {request.names().begin(), request.names().end()}};
}

absl::StatusOr<Type> TypeNamed(absl::string_view text) {
  for (const Type type : kTypes) {
    if (text == ShortName(type) || text == TypeUrl(type)) return type;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", Quoted(std::string(text)), "' is no type that is served: ", kServedTypes));
}

}  // namespace fairlead
