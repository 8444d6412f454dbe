// Static resources: what people put, and whom it moves; and what proxies have been sent.
#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/admin/describe.h"
#include "server/base/log.h"
#include "server/base/spelling.h"
#include "server/control_plane.h"
#include "server/static_answers.h"
#include "server/static_resources/put.h"
#include "server/static_resources/redaction.h"

namespace fairlead {
namespace {

// How long an answer waits for the disk.
constexpr absl::Duration kStorePatience = absl::Seconds(3);

// The types that were put with a version, or none.
GivenVersion GivenBy(const StaticPut& put) {
  GivenVersion given{{}, put.version};
  for (const StaticEntry& entry : put.entries) {
    if (!put.version.empty()) given.types.push_back(entry.resource->type());
  }
  return given;
}

Problem NotStoredProblem(const absl::Status& status) {
  Problem problem;
  problem.what = absl::StrCat("it is served, and would be lost with the server: ",
                              std::string(status.message()));
  problem.cure = "free or repair the server's disk; writing is tried again until it succeeds";
  return problem;
}

Problem NoRoomProblem(const std::string& node_id) {
  Problem problem;
  problem.place.proxy = node_id;
  problem.what = absl::StrCat(
      "it is not sent what its static resources make of it: proxies stand in too many places "
      "already, more than ",
      ViewRegistry::kMostViews, " with derived routes or ", ViewRegistry::kMostStaticViews,
      " without, or come to more than ", ViewRegistry::kMostNewPerSecond, " new ones a second");
  problem.cure =
      "see that proxies name few places (node.metadata.fairlead, locality.zone), or put the "
      "resources for a group; it is tried again as soon as there is room";
  return problem;
}

google::protobuf::Any ShownOf(const Resource& resource) {
  google::protobuf::Any any;
  any.set_type_url(std::string(TypeUrl(resource.type())));
  any.set_value(std::string(resource.body()));
  return Redacted(any);
}

// ListResourcesRequest, after it was found right.
struct ListedWanted {
  absl::optional<StaticScope> scope;
  absl::optional<Type> type;
};

absl::StatusOr<ListedWanted> WantedBy(const v1::ListResourcesRequest& request) {
  ListedWanted wanted;
  if (request.has_scope()) {
    absl::StatusOr<StaticScope> scope = ScopeOf(request.scope());
    if (!scope.ok()) return scope.status();
    wanted.scope = *std::move(scope);
  }
  if (!request.type().empty()) {
    const absl::StatusOr<Type> type = TypeNamed(request.type());
    if (!type.ok()) return type.status();
    wanted.type = *type;
  }
  return wanted;
}

absl::StatusOr<std::vector<Type>> TypesOf(const v1::GetProxyConfigRequest& request) {
  std::vector<Type> types;
  for (const std::string& name : request.types()) {
    const absl::StatusOr<Type> type = TypeNamed(name);
    if (!type.ok()) return type.status();
    if (std::find(types.begin(), types.end(), *type) == types.end()) types.push_back(*type);
  }
  if (types.empty()) types.assign(kTypes.begin(), kTypes.end());
  return types;
}

absl::Status NoSuchProxy(const std::string& node_id, const v1::ListProxiesResponse& all) {
  std::vector<std::string> names;
  for (const v1::Proxy& proxy : all.proxies()) names.push_back(proxy.node_id());
  const std::string nearest = NearestName(node_id, names);
  return absl::NotFoundError(
      absl::StrCat("no proxy '", Quoted(node_id), "' is connected; ",
                   nearest.empty() ? "'fairlead proxies' lists those that are"
                                   : absl::StrCat("did you mean '", Quoted(nearest), "'?")));
}

}  // namespace

absl::Status ControlPlane::PutResources(const v1::PutResourcesRequest& request,
                                        v1::PutResourcesResponse& response) {
  const absl::StatusOr<StaticPut> put = CheckedPut(request);
  if (!put.ok()) return put.status();
  absl::Status status;
  Look([&] {
    const auto changed = pipeline_.Put(*put);
    status = changed.status();
    if (!status.ok()) return;
    Spread(*changed, GivenBy(*put));
    AddProblems(ProblemsOfPut(*put, pipeline_.effects()), Now().wall, *response.mutable_problems());
    if (without_room_.count(put->scope.name) > 0) {
      AddProblems({NoRoomProblem(put->scope.name)}, Now().wall, *response.mutable_problems());
    }
    response.set_changed(changed->changed);
    response.set_deleted(changed->deleted);
  });
  if (status.ok()) AwaitStored(*response.mutable_problems());
  return status;
}

absl::Status ControlPlane::DeleteResources(const v1::DeleteResourcesRequest& request,
                                           v1::DeleteResourcesResponse& response) {
  const absl::StatusOr<StaticDelete> checked = CheckedDelete(request);
  if (!checked.ok()) return checked.status();
  absl::Status status;
  Look([&] {
    const auto changed = pipeline_.Delete(*checked);
    status = changed.status();
    if (!status.ok()) return;
    Spread(*changed, {});
    AddProblems(ProblemsOfDeletion(*checked, pipeline_.statics(), pipeline_.effects()), Now().wall,
                *response.mutable_problems());
    response.set_deleted(changed->deleted);
  });
  if (status.ok()) AwaitStored(*response.mutable_problems());
  return status;
}

absl::Status ControlPlane::ListResources(const v1::ListResourcesRequest& request,
                                         v1::ListResourcesResponse& response) {
  const absl::StatusOr<ListedWanted> wanted = WantedBy(request);
  if (!wanted.ok()) return wanted.status();
  std::vector<StaticResources::Listed> all;
  Look([&] {
    all = pipeline_.statics().All(wanted->scope);
    std::erase_if(all, [&](const StaticResources::Listed& of) {
      return (wanted->type.has_value() && of.resource->type() != *wanted->type) ||
             (!request.name().empty() && of.resource->name() != request.name());
    });
    std::sort(all.begin(), all.end());
    for (auto begin = all.begin(); begin != all.end();) {
      const auto end = std::find_if(begin, all.end(), [&](const StaticResources::Listed& of) {
        return !(of.scope == begin->scope);
      });
      DescribeScope({begin, end}, pipeline_.effects(), response);
      begin = end;
    }
  });
  if (all.empty() && !request.name().empty()) {
    return absl::NotFoundError(absl::StrCat("there is no static resource '", Quoted(request.name()),
                                            "' there; 'fairlead resources list' shows all"));
  }
  if (request.without_content()) return absl::OkStatus();
  // The same order.
  for (size_t i = 0; i < all.size(); ++i) {
    *response.mutable_resources(static_cast<int>(i))->mutable_resource() =
        ShownOf(*all[i].resource);
  }
  return absl::OkStatus();
}

absl::Status ControlPlane::GetProxyConfig(const v1::GetProxyConfigRequest& request,
                                          v1::GetProxyConfigResponse& response) {
  const absl::StatusOr<std::vector<Type>> types = TypesOf(request);
  if (!types.ok()) return types.status();
  // Not from the strand, as Proxies.
  XdsService* xds = nullptr;
  Look([&] { xds = xds_; });
  if (xds == nullptr) return absl::UnavailableError("the server starts or ends; ask again");
  if (!xds->DescribeConfig(request.node_id(), *types, response)) {
    v1::ListProxiesResponse all;
    xds->Describe(all);
    return NoSuchProxy(request.node_id(), all);
  }
  std::sort(response.mutable_resources()->begin(), response.mutable_resources()->end(),
            [](const v1::SentResource& a, const v1::SentResource& b) {
              return std::tie(a.type(), a.name(), a.peer()) <
                     std::tie(b.type(), b.name(), b.peer());
            });
  for (v1::SentResource& sent : *response.mutable_resources()) {
    *sent.mutable_resource() = Redacted(sent.resource());
  }
  return absl::OkStatus();
}

void ControlPlane::AwaitStored(google::protobuf::RepeatedPtrField<v1::Problem>& problems) {
  const absl::Status stored = store_.Flush(kStorePatience);
  if (stored.ok()) return;
  *problems.Add() = DescribeProblem(NotStoredProblem(stored), Now().wall);
}

void ControlPlane::Spread(const StaticResources::Changed& changed, const GivenVersion& given) {
  if (changed.moves_node) MoveStreams();
  pipeline_.Cover(changed, given, Now().wall);
}

void ControlPlane::MoveStreams() {
  if (xds_ == nullptr) return;
  without_room_.clear();
  for (auto& [stream, attached] : attached_) {
    const Attached before = attached;
    const View view = PlaceOf(before.proxy);
    if (view == before.view) continue;
    if (Enter(stream, before.proxy, view)) {
      views_.Leave(before.view, before.proxy.node_id, Now().monotonic);
    } else {
      without_room_.insert(before.proxy.node_id);
    }
  }
  ProblemsOf no_room{"static resources without room", {}};
  for (const std::string& node_id : without_room_) {
    no_room.problems.push_back(NoRoomProblem(node_id));
  }
  problems_.Set(std::move(no_room), Now().wall);
  for (const Waiting& waiting : std::exchange(waiting_, {})) {
    if (pipeline_.IsDerived(PlaceOf(waiting.proxy))) {
      waiting_.push_back(waiting);
    } else {
      Admit(waiting.stream, waiting.proxy);
    }
  }
}

}  // namespace fairlead
