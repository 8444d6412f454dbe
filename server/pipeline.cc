#include "server/pipeline.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/admin/describe.h"
#include "server/base/log.h"
#include "server/certificates/stored_certificate.h"
#include "server/static_resources/stored.h"

namespace fairlead {
namespace {

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const absl::Duration since = time - absl::UnixEpoch();
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToInt64Seconds(since));
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(since - absl::Seconds(timestamp.seconds()))));
  return timestamp;
}

// Whether the scope's resources may lie over a view.
bool IsFor(const StaticScope& scope, const View& view) {
  switch (scope.kind) {
    case StaticScope::Kind::kAll:
      return true;
    case StaticScope::Kind::kGroup:
      return view.group == scope.name;
    case StaticScope::Kind::kNode:
      return view.node == scope.name;
  }
  return false;
}

v1::StoredService ToStored(const ServiceRecord& record) {
  v1::StoredService stored;
  stored.set_name(record.name);
  *stored.mutable_spokesman() = *record.spokesman;
  stored.set_host_id(record.host_id);
  if (record.empty_since < absl::InfiniteFuture()) {
    *stored.mutable_empty_since() = ToTimestamp(record.empty_since);
  }
  return stored;
}

ServiceRecord FromStored(const v1::StoredService& stored) {
  ServiceRecord record;
  record.name = stored.name();
  record.spokesman = std::make_shared<const v1::Container>(stored.spokesman());
  record.host_id = stored.host_id();
  if (stored.has_empty_since()) {
    record.empty_since = absl::UnixEpoch() + absl::Seconds(stored.empty_since().seconds()) +
                         absl::Nanoseconds(stored.empty_since().nanos());
  }
  return record;
}

}  // namespace

Pipeline::Pipeline(Options options, Store& store, ProblemBoard& problems, Watches& watches,
                   PasswordGuard& guard, Publish publish)
    : catalog_(options.catalog),
      routing_(std::move(options.routing)),
      resources_(std::move(options.resources)),
      store_(store),
      problems_(problems),
      watches_(watches),
      guard_(guard),
      publish_(std::move(publish)) {
  TakeResources(resources_.Initial(), absl::InfinitePast());
}

void Pipeline::Restore(const StoredState& state, Moment now) {
  for (const StaticPut& put : PutsOf(state.resources)) {
    const absl::Status status = statics_.Put(put).status();
    if (status.ok()) continue;
    spdlog::error("stored static resources of {} are left out: {}", Quoted(put.scope.ToString()),
                  std::string(status.message()));
  }
  std::vector<std::shared_ptr<const ServiceRecord>> records;
  for (const v1::StoredService& stored : state.services) {
    records.push_back(std::make_shared<const ServiceRecord>(FromStored(stored)));
  }
  for (const v1::StoredCertificate& record : state.certificates) Restore(record, now);
  TakeModel(routing_.Restore(records, now.wall), now.wall);
  TakeFacts(catalog_.Restore(state.hosts, state.containers, now), now);
  const std::vector<StaticScope> referrers = statics_.Referrers();
  ShowDangling({referrers.begin(), referrers.end()}, now.wall);
}

Catalog::Outcome Pipeline::Receive(SessionId session, absl::string_view peer,
                                   v1::ReportRequest message, Moment now) {
  Catalog::Outcome outcome = catalog_.Receive(session, peer, std::move(message), now);
  TakeFacts(outcome.changes, now);
  return outcome;
}

void Pipeline::Disconnect(SessionId session) { catalog_.Disconnect(session); }

void Pipeline::Tick(Moment now) {
  TakeFacts(
      catalog_.Tick(now, [this](const std::string& host) { return routing_.OnlyOn(host).empty(); }),
      now);
  TakeModel(routing_.Tick(now), now.wall);
  TakeCertificates(certificates_.Tick(now), now.wall);
  TakePasswords(passwords_.Tick(now), now.wall);
}

void Pipeline::OpenView(uint32_t view_id, const View& view, absl::Time wall) {
  const bool derived = resources_.IsDerived(view);
  snapshots_.OpenView(view_id, derived, statics_.OverlayOf(view, derived));
  views_.emplace(view_id, view);
  TakeResources(resources_.OpenView(view_id, view), wall);
  if (!view.node.empty()) ShowDangling({{StaticScope::Kind::kNode, view.node}}, wall);
}

void Pipeline::NameProxies(uint32_t view_id, const std::string& proxies, absl::Time wall) {
  TakeResources(resources_.NameProxies(view_id, proxies), wall);
}

void Pipeline::CloseView(uint32_t view_id, absl::Time wall) {
  TakeResources(resources_.CloseView(view_id), wall);
  snapshots_.CloseView(view_id);
  const std::string node = views_.at(view_id).node;
  views_.erase(view_id);
  if (!node.empty()) ShowDangling({{StaticScope::Kind::kNode, node}}, wall);
}

std::shared_ptr<const Snapshot> Pipeline::SnapshotFor(const View& view) const {
  for (const auto& [view_id, open] : views_) {
    if (open == view) return snapshots_.Of(view_id);
  }
  const bool derived = resources_.IsDerived(view);
  return Overlaid(derived ? snapshots_.shared() : Snapshot::Empty(),
                  statics_.OverlayOf(view, derived));
}

absl::StatusOr<StaticResources::Changed> Pipeline::Put(const StaticPut& put) {
  auto changed = statics_.Put(put);
  if (changed.ok()) Keep(*changed);
  return changed;
}

absl::StatusOr<StaticResources::Changed> Pipeline::Delete(const StaticDelete& request) {
  auto changed = statics_.Delete(request);
  if (changed.ok()) Keep(*changed);
  return changed;
}

void Pipeline::Cover(const StaticResources::Changed& changed, const GivenVersion& given,
                     absl::Time wall) {
  for (const auto& [view_id, view] : views_) {
    if (!IsFor(changed.scope, view)) continue;
    Overlay overlay = statics_.OverlayOf(view, resources_.IsDerived(view));
    const bool lies_over = std::find(overlay.layers.begin(), overlay.layers.end(), changed.after) !=
                           overlay.layers.end();
    const auto publication =
        snapshots_.Cover(view_id, std::move(overlay), lies_over ? given : GivenVersion());
    if (publication.has_value()) publish_(*publication);
  }
  std::set<StaticScope> scopes =
      ReferrersOf(*changed.before, Difference(*changed.before, *changed.after));
  scopes.insert(changed.scope);
  ShowDangling(scopes, wall);
}

void Pipeline::TakeFacts(const FactChanges& facts, Moment now) {
  Keep(facts);
  if (facts.empty()) return;
  // Proxies first: who looks on can wait.
  TakeModel(routing_.Apply(facts, now), now.wall);
  Tell(facts, now.wall);
  Show(facts.problems, now.wall);
}

void Pipeline::TakeModel(const ModelChanges& model, absl::Time wall) {
  if (model.empty()) return;
  TakeResources(resources_.Apply(model), wall);
  Keep(model);
  Tell(model, wall);
  Show(model.problems, wall);
}

void Pipeline::TakeCertificates(const CertificateDirectory& directory, Moment now) {
  TakeCertificates(certificates_.Take(directory, now), now.wall);
}

void Pipeline::TakeCertificates(const CertificateChanges& certificates, absl::Time wall) {
  if (certificates.empty()) return;
  TakeResources(resources_.Apply(certificates, certificates_.for_all()), wall);
  Show(certificates.problems, wall);
}

void Pipeline::TakePasswords(const PasswordDirectory& directory, Moment now) {
  TakePasswords(passwords_.Take(directory, now), now.wall);
}

void Pipeline::TakePasswords(const PasswordChanges& passwords, absl::Time wall) {
  if (passwords.empty()) return;
  // First: a route that asks for a file is not to ask for one that is not known.
  guard_.Apply(passwords);
  TakeResources(resources_.Apply(passwords), wall);
  Show(passwords.problems, wall);
}

absl::StatusOr<bool> Pipeline::PutCertificate(const v1::StoredCertificate& record,
                                              std::shared_ptr<const Certificate> certificate,
                                              Moment now) {
  const auto changes = certificates_.Put(std::move(certificate), now);
  if (!changes.ok()) return changes.status();
  TakeCertificates(*changes, now.wall);
  StoredChanges stored;
  stored.certificates.push_back({record.name(), record});
  store_.Save(std::move(stored));
  return !changes->certificates.empty();
}

absl::Status Pipeline::DeleteCertificate(const std::string& name, Moment now) {
  const auto changes = certificates_.Delete(name, now);
  if (!changes.ok()) return changes.status();
  TakeCertificates(*changes, now.wall);
  StoredChanges stored;
  stored.certificates.push_back({name, std::nullopt});
  store_.Save(std::move(stored));
  return absl::OkStatus();
}

void Pipeline::Restore(const v1::StoredCertificate& record, Moment now) {
  const auto certificate = CertificateOf(record);
  auto changes = certificate.ok() ? certificates_.Put(*certificate, now)
                                  : absl::StatusOr<CertificateChanges>(certificate.status());
  if (changes.ok()) {
    TakeCertificates(*changes, now.wall);
  } else {
    spdlog::error("the stored certificate '{}' is left out; put it again: {}",
                  Quoted(record.name()), std::string(changes.status().message()));
  }
}

void Pipeline::TakeResources(const ResourceChanges& resources, absl::Time wall) {
  const std::set<StaticScope> referrers = ReferrersOf(*snapshots_.shared(), resources.shared);
  std::vector<Snapshots::Own> own;
  own.reserve(resources.views.size());
  for (const ResourceChanges::OfView& view : resources.views) {
    own.push_back({view.view_id, &view.changes});
  }
  for (const Publication& publication : snapshots_.Apply(resources.shared, own)) {
    publish_(publication);
  }
  Show(resources.problems, wall);
  ShowDangling(referrers, wall);
}

std::set<StaticScope> Pipeline::ReferrersOf(const Snapshot& before,
                                            const std::vector<ResourceChange>& changes) const {
  std::set<StaticScope> scopes;
  for (const ResourceChange& change : changes) {
    if ((before.Find(change.type, change.name) == nullptr) == (change.after == nullptr)) continue;
    const auto add = [&](const ResourceReference& to) {
      for (StaticScope& scope : statics_.ReferrersOf(to)) scopes.insert(std::move(scope));
    };
    add({change.type, change.name});
    // A derived cluster has its assignment in each view.
    if (change.type == Type::kCluster) add({Type::kEndpoint, change.name});
  }
  return scopes;
}

void Pipeline::ShowDangling(const std::set<StaticScope>& scopes, absl::Time wall) {
  for (const StaticScope& scope : scopes) {
    ProblemsOf dangling{absl::StrCat("static resources of ", scope.ToString()), {}};
    for (const StaticResources::Reference& reference : effects().Dangling(scope)) {
      dangling.problems.push_back(DanglingProblem(scope, reference));
    }
    problems_.Set(std::move(dangling), wall);
  }
}

void Pipeline::Show(const std::vector<ProblemsOf>& problems, absl::Time wall) {
  for (const ProblemsOf& of_source : problems) problems_.Set(of_source, wall);
}

void Pipeline::Keep(const FactChanges& facts) {
  StoredChanges changes;
  for (Catalog::HostRecord& host : catalog_.TakeHostRecords()) {
    changes.hosts.push_back({std::move(host.host_id), std::move(host.record)});
  }
  for (const ContainerChange& container : facts.containers) {
    changes.containers.push_back({container.host_id, container.container_id, container.after});
  }
  if (!changes.empty()) store_.Save(std::move(changes));
}

void Pipeline::Keep(const ModelChanges& model) {
  StoredChanges changes;
  for (const ServiceChange& service : model.services) {
    changes.services.push_back({service.name, std::nullopt});
    if (service.after != nullptr) changes.services.back().after = ToStored(*service.after);
  }
  if (!changes.empty()) store_.Save(std::move(changes));
}

void Pipeline::Keep(const StaticResources::Changed& changed) {
  StoredChanges changes;
  changes.resources = RecordsOf(changed);
  if (!changes.empty()) store_.Save(std::move(changes));
}

void Pipeline::Tell(const FactChanges& facts, absl::Time wall) {
  if (!watches_.HasWatchers()) return;
  for (const HostChange& host : facts.hosts) {
    for (v1::WatchResponse& event : HostEvents(host.before.get(), host.after.get(), wall)) {
      watches_.Publish(std::move(event));
    }
  }
}

void Pipeline::Tell(const ModelChanges& model, absl::Time wall) {
  std::vector<v1::WatchResponse> events;
  const bool watched = watches_.HasWatchers();
  const auto tell = [&](std::vector<v1::WatchResponse> more) {
    events.insert(events.end(), more.begin(), more.end());
  };
  for (const PoolChange& pool : model.pools) {
    auto& told = told_pools_[pool.name];
    if (watched) tell(EndpointEvents(told.get(), pool.after.get(), wall));
    told = pool.after;
    if (told == nullptr) told_pools_.erase(pool.name);
  }
  for (const VirtualHostChange& host : model.virtual_hosts) {
    auto& told = told_virtual_hosts_[host.domain];
    if (watched) tell(RouteEvents(told.get(), host.after.get(), wall));
    told = host.after;
    if (told == nullptr) told_virtual_hosts_.erase(host.domain);
  }
  for (v1::WatchResponse& event : events) watches_.Publish(std::move(event));
}

}  // namespace fairlead
