#include "server/control_plane.h"

#include <malloc.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/admin/describe.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

// Liveness expects four ticks in `own_pause`.
constexpr absl::Duration kTickInterval = absl::Milliseconds(250);

std::string SourceOf(StreamId stream, Type type) {
  return absl::StrCat("stream ", stream.queue, "/", stream.number, " ", ShortName(type));
}

std::string WithheldSourceOf(StreamId stream, Type type) {
  return absl::StrCat(SourceOf(stream, type), " withheld");
}

constexpr char kWarmUpSource[] = "warm-up";

Problem WarmUpProblem(absl::Duration warm_up) {
  Problem problem;
  problem.severity = Problem::Severity::kNotice;
  problem.what = absl::StrCat(
      "the server knows nothing from an earlier run, so proxies wait until agents have reported, "
      "for ",
      absl::FormatDuration(warm_up), " at most; else they would be told that there are no routes");
  problem.cure =
      "nothing if it is new; else keep its --data-dir over restarts (/var/lib/fairlead by default, "
      "in "
      "a container a volume that is mounted there)";
  return problem;
}

// To a service or an endpoint.
template <typename Described>
void AddLoad(const Load& load, Described& described) {
  described.set_requests_per_second(described.requests_per_second() + load.requests_per_second);
  described.set_requests(described.requests() + load.requests);
  described.set_errors(described.errors() + load.errors);
}

// How long it took.
absl::Duration TrimHeap() {
  const absl::Duration start = Clock::Real().Monotonic();
  malloc_trim(0);
  return Clock::Real().Monotonic() - start;
}

// Of its networks, sorted.
std::vector<std::string> NamesOf(const v1::Container& container) {
  std::vector<std::string> names;
  for (const v1::NetworkAttachment& network : container.networks()) names.push_back(network.name());
  std::sort(names.begin(), names.end());
  return names;
}

// What a container asks for that not every proxy can do: something else may listen there.
constexpr char kOtherPort[] =
    "ask for another port, or end what listens at this one where the proxy runs; it is sent again "
    "when it changes or the proxy reconnects";

bool IsOfPublicPort(const Place& place) {
  return place.word == "EXTERNAL_HTTP_PORT" || place.word == "EXTERNAL_HTTPS_PORT";
}

// `origin`: whose words the resource comes from that the error names, if it does.
Problem NackProblem(const ProxyIdentity& proxy, Type type, const std::string& error,
                    absl::optional<Place> origin) {
  Problem problem;
  problem.place = origin.value_or(Place());
  problem.place.proxy = proxy.node_id;
  if (problem.place.host.empty()) problem.place.host = proxy.view.host;
  if (problem.place.word.empty()) problem.place.word = std::string(ShortName(type));
  problem.what = absl::StrCat("the proxy refused its ", ShortName(type),
                              " and goes on with what it had: ", Quoted(error));
  problem.cure =
      IsOfPublicPort(problem.place) ? kOtherPort
      : origin.has_value()
          ? "see what the container asks for that its words name; `fairlead proxies` shows when it "
            "accepts again"
          : "see which resource its words name; `fairlead proxies` shows when it accepts again";
  return problem;
}

// `origin`: whose words the resource comes from, if it is a derived one.
Problem WithheldProblem(const ProxyIdentity& proxy, Type type, const RefusedResource& refused,
                        absl::optional<Place> origin) {
  Problem problem;
  problem.place = origin.value_or(Place());
  problem.place.proxy = proxy.node_id;
  if (problem.place.host.empty()) problem.place.host = proxy.view.host;
  if (problem.place.word.empty()) problem.place.word = std::string(ShortName(type));
  if (problem.place.service.empty() || type != Type::kListener) {
    problem.place.service = refused.name;
  }
  problem.what = absl::StrCat(
      "the proxy refused ", ShortName(type), " ", Quoted(refused.name),
      ", which is withheld from it alone; it goes on with the last that it took, and gets all "
      "else: ",
      Quoted(refused.error));
  problem.cure =
      IsOfPublicPort(problem.place)
          ? kOtherPort
          : "correct what its words say, in the static resource or in what the containers ask for, "
            "or use a proxy that knows it; it is sent again when it changes or the proxy "
            "reconnects";
  return problem;
}

}  // namespace

ControlPlane::ControlPlane(Options options, Store& store, Watches& watches, const LoadBoard& loads,
                           PasswordGuard& guard)
    : options_(std::move(options)),
      store_(store),
      watches_(watches),
      loads_(loads),
      problems_([this](ProblemBoard::Change change, const Problem& problem, absl::Time wall) {
        if (!watches_.HasWatchers()) return;
        watches_.Publish(ProblemEvent(problem, change == ProblemBoard::Change::kAppeared, wall));
      }),
      pipeline_(options_.pipeline, store, problems_, watches, guard,
                [this](const Publication& publication) {
                  if (xds_ != nullptr) {
                    xds_->Publish(publication.view_id, publication.snapshot, publication.changes);
                  }
                }),
      heap_(TrimHeap) {}

ControlPlane::~ControlPlane() { Stop(); }

absl::Status ControlPlane::Restore(const StoredState& state) {
  // First, so that no route is ever without those that it asks for.
  const absl::Status status = WatchPasswords();
  if (!status.ok()) return status;
  strand_.Call([&] {
    pipeline_.Restore(state, Now());
    warming_up_ = state.hosts.empty() && options_.warm_up > absl::ZeroDuration();
    warm_up_deadline_ = warm_up_ends_ = Now().monotonic + options_.warm_up;
    if (warming_up_) {
      problems_.Set({kWarmUpSource, {WarmUpProblem(options_.warm_up)}}, Now().wall);
    }
  });
  WatchCertificates();
  return absl::OkStatus();
}

void ControlPlane::Start(XdsService& xds) {
  strand_.Call([&] { xds_ = &xds; });
  Tick();
}

void ControlPlane::Stop() {
  certificate_watcher_.reset();
  password_watcher_.reset();
  strand_.Call([&] { xds_ = nullptr; });
}

Moment ControlPlane::Now() const { return {Clock::Real().Monotonic(), Clock::Real().Wall()}; }

void ControlPlane::Tick() {
  strand_.PostAt(Clock::Real().Monotonic() + kTickInterval, [this] {
    if (xds_ == nullptr) return;
    pipeline_.Tick(Now());
    heap_.Tick(Clock::Real().Monotonic());
    EndWarmUpIfDue();
    SettleViews();
    if (!without_room_.empty()) MoveStreams();
    Tick();
  });
}

// ---- agents ----

void ControlPlane::OnMessage(SessionId session, std::string peer, v1::ReportRequest message,
                             std::shared_ptr<ReportReply> reply) {
  strand_.Post([this, session, peer = std::move(peer), message = std::move(message),
                reply = std::move(reply)]() mutable {
    NoteForWarmUp(message);
    if (message.has_snapshot()) heap_.Note();
    const bool is_told_all = message.has_snapshot() && message.snapshot().last();
    const Catalog::Outcome outcome = pipeline_.Receive(session, peer, std::move(message), Now());
    reply->Answer(outcome);
    FollowNetworks(outcome.changes);
    if (is_told_all) heap_.Tick(Clock::Real().Monotonic());
  });
}

void ControlPlane::OnEnd(SessionId session) {
  strand_.Post([this, session] { pipeline_.Disconnect(session); });
}

// ---- proxies ----

void ControlPlane::OnStream(StreamId stream, const ProxyIdentity& proxy) {
  strand_.Post([this, stream, proxy] {
    heap_.Note();
    if (watches_.HasWatchers()) {
      watches_.Publish(ProxyEvent(proxy.node_id, "connected", Clock::Real().Wall()));
    }
    if (warming_up_ && pipeline_.IsDerived(PlaceOf(proxy))) {
      waiting_.push_back({stream, proxy});
    } else {
      Admit(stream, proxy);
    }
  });
}

void ControlPlane::Admit(StreamId stream, const ProxyIdentity& proxy) {
  if (xds_ == nullptr) return;
  if (Enter(stream, proxy, PlaceOf(proxy))) return;
  xds_->Refuse(stream, absl::ResourceExhaustedError(absl::StrCat(
                           "proxies say that they stand in more than ", ViewRegistry::kMostViews,
                           " different places (node.metadata.fairlead, locality.zone), or in more "
                           "than ",
                           ViewRegistry::kMostNewPerSecond,
                           " new ones a second; see that "
                           "they name few")));
}

View ControlPlane::PlaceOf(const ProxyIdentity& proxy) {
  View view = proxy.view;
  if (!proxy.container.empty()) {
    const ContainerFacts container = pipeline_.catalog().Find(view.host, proxy.container);
    // One that is in no network now keeps those that it told: without any it would pass for one in
    // the host's.
    if (container != nullptr && container->networks_size() > 0) view.networks = NamesOf(*container);
  }
  return pipeline_.statics().PlaceOf(proxy.node_id, proxy.group_given, std::move(view));
}

void ControlPlane::FollowNetworks(const FactChanges& changes) {
  const bool concerns = std::any_of(
      changes.containers.begin(), changes.containers.end(),
      [this](const ContainerChange& change) { return followed_.contains(change.container_id); });
  if (concerns) MoveStreams();
}

bool ControlPlane::Enter(StreamId stream, const ProxyIdentity& proxy, const View& view) {
  const absl::optional<ViewRegistry::Entered> entered =
      views_.Enter(view, pipeline_.IsDerived(view), proxy.node_id, Now().monotonic);
  if (!entered.has_value()) return false;
  const absl::Time wall = Clock::Real().Wall();
  if (entered->closed_id != 0) pipeline_.CloseView(entered->closed_id, wall);
  if (entered->is_new) pipeline_.OpenView(entered->id, view, wall);
  xds_->Attach(stream, entered->id, pipeline_.SnapshotOf(entered->id));
  if (entered->proxies.has_value()) {
    pipeline_.NameProxies(entered->id, Quoted(*entered->proxies), wall);
  }
  const bool is_new = attached_.insert_or_assign(stream, Attached{proxy, view}).second;
  if (is_new && !proxy.container.empty()) ++followed_[proxy.container];
  return true;
}

void ControlPlane::SettleViews() {
  const Moment now = Now();
  for (const ViewRegistry::Settled& view : views_.Settle(now.monotonic)) {
    if (view.is_closed) {
      pipeline_.CloseView(view.id, now.wall);
    } else {
      pipeline_.NameProxies(view.id, Quoted(view.proxies), now.wall);
    }
  }
}

void ControlPlane::OnStreamEnd(StreamId stream, const ProxyIdentity& proxy) {
  strand_.Post([this, stream, proxy] {
    const absl::Time wall = Clock::Real().Wall();
    if (watches_.HasWatchers()) watches_.Publish(ProxyEvent(proxy.node_id, "disconnected", wall));
    for (const Type type : kTypes) {
      problems_.Set({SourceOf(stream, type), {}}, wall);
      problems_.Set({WithheldSourceOf(stream, type), {}}, wall);
    }
    std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.stream == stream; });
    const auto attached = attached_.find(stream);
    if (attached == attached_.end()) return;
    const View view = attached->second.view;
    attached_.erase(attached);
    if (const auto followed = followed_.find(proxy.container);
        followed != followed_.end() && --followed->second == 0) {
      followed_.erase(followed);
    }
    views_.Leave(view, proxy.node_id, Now().monotonic);
  });
}

void ControlPlane::OnAnswer(StreamId stream, const ProxyIdentity& proxy, Type type,
                            const std::string& error) {
  strand_.Post([this, stream, proxy, type, error] {
    const absl::Time wall = Clock::Real().Wall();
    ProblemsOf problems{SourceOf(stream, type), {}};
    if (!error.empty()) {
      problems.problems.push_back(
          NackProblem(proxy, type, error, pipeline_.OriginNamedIn(type, error)));
    }
    problems_.Set(std::move(problems), wall);
    if (!watches_.HasWatchers()) return;
    watches_.Publish(ProxyEvent(proxy.node_id,
                                error.empty()
                                    ? absl::StrCat("ACKed ", ShortName(type), " again")
                                    : absl::StrCat("NACKed ", ShortName(type), ": ", Quoted(error)),
                                wall));
  });
}

void ControlPlane::OnWithheld(StreamId stream, const ProxyIdentity& proxy, Type type,
                              const std::vector<RefusedResource>& refused) {
  strand_.Post([this, stream, proxy, type, refused] {
    ProblemsOf problems{WithheldSourceOf(stream, type), {}};
    for (const RefusedResource& resource : refused) {
      // A cluster is known by its name, a virtual host by what the words say of it.
      problems.problems.push_back(WithheldProblem(
          proxy, type, resource,
          pipeline_.OriginNamedIn(type, absl::StrCat(resource.name, " ", resource.error))));
    }
    problems_.Set(std::move(problems), Clock::Real().Wall());
  });
}

// ---- warm-up ----

void ControlPlane::NoteForWarmUp(const v1::ReportRequest& message) {
  if (!warming_up_ || !message.has_snapshot() || !message.snapshot().last()) return;
  warm_up_ends_ = std::min(warm_up_deadline_, Clock::Real().Monotonic() + options_.warm_up_quiet);
}

void ControlPlane::EndWarmUpIfDue() {
  if (!warming_up_ || Clock::Real().Monotonic() < warm_up_ends_) return;
  warming_up_ = false;
  problems_.Set({kWarmUpSource, {}}, Clock::Real().Wall());
  for (const Waiting& waiting : std::exchange(waiting_, {})) {
    Admit(waiting.stream, waiting.proxy);
  }
}

// ---- looking in ----

void ControlPlane::Look(absl::FunctionRef<void()> look) {
  strand_.Call([look] { look(); });
}

void ControlPlane::Hosts(v1::ListHostsResponse& response) {
  Look([&] { pipeline_.catalog().Describe(response); });
}

void ControlPlane::Services(const std::string& name, v1::ListServicesResponse& response) {
  Look([&] {
    for (const ServiceSummary& summary : pipeline_.routing().Summaries()) {
      if (!name.empty() && summary.name != name) continue;
      v1::Service& service = *response.add_services();
      service = DescribeService(summary);
      for (const std::string& cluster : service.clusters()) AddLoad(loads_.Of(cluster), service);
    }
    response.set_self_preservation(pipeline_.catalog().self_preservation());
  });
}

void ControlPlane::Endpoints(const std::string& name, v1::ListEndpointsResponse& response) {
  Look([&] {
    for (const auto& pool : pipeline_.routing().Pools()) {
      for (const auto& endpoint : pool->endpoints) {
        if (!name.empty() && name != pool->name && name != endpoint->service) continue;
        v1::Endpoint& described = *response.add_endpoints();
        described = DescribeEndpoint(pool->name, *endpoint);
        for (const Address& address : endpoint->addresses) {
          AddLoad(loads_.Of(LoadBoard::EndpointName(pool->name, address.ip, address.port)),
                  described);
        }
      }
    }
  });
  std::sort(response.mutable_endpoints()->begin(), response.mutable_endpoints()->end(),
            [](const v1::Endpoint& a, const v1::Endpoint& b) {
              return std::tie(a.cluster(), a.host_id(), a.container_name()) <
                     std::tie(b.cluster(), b.host_id(), b.container_name());
            });
}

void ControlPlane::Proxies(v1::ListProxiesResponse& response) {
  // Not from the strand: the streams' threads may be waiting to post to it, and answer in their own
  // time.
  XdsService* xds = nullptr;
  absl::flat_hash_set<std::string> waiting;
  Look([&] {
    xds = xds_;
    for (const Waiting& stream : waiting_) waiting.insert(stream.proxy.node_id);
  });
  if (xds == nullptr) return;
  xds->Describe(response);
  for (v1::Proxy& proxy : *response.mutable_proxies()) {
    if (!proxy.types().empty() || !waiting.contains(proxy.node_id())) continue;
    proxy.set_waits_until(absl::StrCat("agents have reported what runs, but not longer than ",
                                       absl::FormatDuration(options_.warm_up),
                                       " from the server's start: the ",
                                       "server knows nothing from an earlier run"));
  }
  std::sort(response.mutable_proxies()->begin(), response.mutable_proxies()->end(),
            [](const v1::Proxy& a, const v1::Proxy& b) { return a.node_id() < b.node_id(); });
}

void ControlPlane::Problems(v1::ListProblemsResponse& response) {
  Look([&] {
    for (const auto& [problem, since] : problems_.All()) {
      *response.add_problems() = DescribeProblem(problem, since);
    }
  });
}

}  // namespace fairlead
