#include "server/catalog/catalog.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {

FactChanges Catalog::Restore(const std::vector<v1::StoredHost>& hosts,
                             const std::vector<v1::StoredContainer>& containers, Moment now) {
  FactChanges changes;
  for (const v1::StoredHost& stored : hosts) {
    if (!CheckHello(stored.hello()).ok() || hosts_.size() >= options_.limits.hosts) continue;
    const std::string& id = stored.hello().host_id();
    KnownHost& host = hosts_.try_emplace(id, id, options_.limits).first->second;
    host.hello = stored.hello();
    host.engine = stored.engine();
    host.addresses.assign(stored.addresses().begin(), stored.addresses().end());
    host.record = RecordOf(host).SerializeAsString();
    liveness_.Add(id, now.monotonic);
  }
  for (const v1::StoredContainer& stored : containers) {
    const auto host = hosts_.find(stored.host_id());
    if (host == hosts_.end()) continue;
    host->second.containers.Restore(stored.container(), changes.containers);
  }
  for (auto& [id, host] : hosts_) Show(host, changes);
  return changes;
}

Catalog::Outcome Catalog::Receive(SessionId session, absl::string_view peer,
                                  v1::ReportRequest message, Moment now) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) {
    if (message.has_hello()) return Greet(session, peer, message.hello(), now);
    return {.status = absl::FailedPreconditionError(
                "the first message of a stream has to be Hello; use fairlead-agent")};
  }
  if (found->second.is_over) {
    return {.status = absl::AbortedError(absl::StrCat("this stream of host ", found->second.host_id,
                                                      " was ended or replaced"))};
  }
  KnownHost& host = HostOf(found->second.host_id);
  host.last_heard = now.wall;
  Outcome outcome = Take(found->second, host, message, now);
  if (!outcome.status.ok()) {
    host.refusal = Quoted(outcome.status.message());
    found->second.is_over = true;
    Leave(host);
  }
  outcome.acknowledged = host.is_synced ? host.sequence : 0;
  Show(host, outcome.changes);
  return outcome;
}

Catalog::Outcome Catalog::Greet(SessionId session, absl::string_view peer, const v1::Hello& hello,
                                Moment now) {
  Outcome outcome;
  outcome.status = Admit(peer, hello, now);
  if (outcome.status.ok()) {
    Seat(session, peer, hello, outcome);
    KnownHost& host = HostOf(hello.host_id());
    host.last_heard = now.wall;
    liveness_.Add(hello.host_id(), now.monotonic);
    liveness_.Heard(hello.host_id(), now.monotonic);
    Show(host, outcome.changes);
  }
  ShowRefusals(outcome.changes);
  return outcome;
}

// Whether an agent may speak for its host; notes a refusal among the problems.
absl::Status Catalog::Admit(absl::string_view peer, const v1::Hello& hello, Moment now) {
  absl::Status status = CheckHello(hello);
  std::string cure = "correct the agent's settings and restart it";
  const auto known = hosts_.find(hello.host_id());
  if (status.ok() && known == hosts_.end() && hosts_.size() >= options_.limits.hosts) {
    status = absl::ResourceExhaustedError(
        absl::StrCat("host ", hello.host_id(), " is one more than the ", options_.limits.hosts,
                     " hosts that this server takes"));
    cure = "forget hosts that are gone (fairlead hosts forget HOST), or use a second server";
  } else if (status.ok() && known != hosts_.end() && known->second.session.has_value() &&
             known->second.hello.epoch() != hello.epoch() &&
             !liveness_.IsOverdue(hello.host_id(), now.monotonic)) {
    status = absl::AlreadyExistsError(
        absl::StrCat("a second agent, at ", Quoted(peer), ", claims the host id ", hello.host_id(),
                     " while the first is connected; the first keeps serving"));
    cure = "stop one of the two, or give each host an --host-id of its own";
  }
  if (status.ok()) return status;
  Place place;
  place.host = Quoted(hello.host_id());
  refusals_.Note(absl::StrCat(place.host, " ", PeerAddress(peer)),
                 {.place = place,
                  .what = absl::StrCat("an agent was refused: ", Quoted(status.message())),
                  .cure = std::move(cure)},
                 now.monotonic);
  return status;
}

void Catalog::Seat(SessionId session, absl::string_view peer, const v1::Hello& hello,
                   Outcome& outcome) {
  const std::string& id = hello.host_id();
  KnownHost& host = hosts_.try_emplace(id, id, options_.limits).first->second;
  if (host.session.has_value()) {
    outcome.superseded = host.session;
    sessions_[*host.session].is_over = true;
    Leave(host);
  }
  host.hello = hello;
  host.addresses.assign(hello.advertise_addresses().begin(), hello.advertise_addresses().end());
  const std::string address = PeerAddress(peer);
  if (host.addresses.empty() && !address.empty()) host.addresses.push_back(address);
  host.session = session;
  sessions_[session] = {.host_id = id};
}

Catalog::Outcome Catalog::Take(Session& session, KnownHost& host, v1::ReportRequest& message,
                               Moment now) {
  Outcome outcome;
  switch (message.message_case()) {
    case v1::ReportRequest::kHello:
      outcome.status = absl::FailedPreconditionError(
          absl::StrCat("a second Hello came on a stream of host ", session.host_id));
      break;
    case v1::ReportRequest::kSnapshot:
      TakeSnapshot(session, host, *message.mutable_snapshot(), now, outcome);
      break;
    case v1::ReportRequest::kUpdate:
      TakeUpdate(session, host, *message.mutable_update(), now, outcome);
      break;
    case v1::ReportRequest::kHeartbeat:
      TakeHeartbeat(session, host, message.heartbeat(), now, outcome);
      break;
    case v1::ReportRequest::MESSAGE_NOT_SET:
      break;
  }
  return outcome;
}

void Catalog::TakeSnapshot(Session& session, KnownHost& host, v1::SnapshotPart& part, Moment now,
                           Outcome& outcome) {
  liveness_.Heard(session.host_id, now.monotonic);
  outcome.status = host.containers.Gather(part);
  if (!outcome.status.ok() || !part.last()) return;
  if (!part.has_engine()) {
    outcome.status = absl::InvalidArgumentError(
        absl::StrCat("a snapshot of host ", session.host_id, " does not say how its engine is"));
    return;
  }
  outcome.status = host.containers.Settle(part.engine().reachable(), outcome.changes.containers);
  if (!outcome.status.ok()) return;
  host.engine = part.engine();
  host.told = ToldProblems(session.host_id, part.problems());
  host.refusal.clear();
  host.sequence = part.sequence();
  host.is_synced = true;
  host.has_reported = true;
  session.awaits_snapshot = false;
  liveness_.Reported(session.host_id, now.monotonic);
}

void Catalog::TakeUpdate(Session& session, KnownHost& host, v1::Update& update, Moment now,
                         Outcome& outcome) {
  if (!host.is_synced || host.containers.is_gathering()) {
    outcome.status = absl::FailedPreconditionError(
        absl::StrCat("an update of host ", session.host_id, " came before ",
                     host.is_synced ? "its snapshot ended" : "a snapshot"));
    return;
  }
  liveness_.Reported(session.host_id, now.monotonic);
  if (session.awaits_snapshot) return;
  if (update.sequence() != host.sequence + 1) {
    AskForSnapshot(session, host,
                   absl::StrCat("update ", update.sequence(), " came after ", host.sequence),
                   outcome);
    return;
  }
  outcome.status = host.containers.Apply(update, outcome.changes.containers);
  if (!outcome.status.ok()) return;
  if (update.has_engine()) host.engine = update.engine();
  if (update.problems_changed()) host.told = ToldProblems(session.host_id, update.problems());
  host.sequence = update.sequence();
}

void Catalog::TakeHeartbeat(Session& session, KnownHost& host, const v1::Heartbeat& heartbeat,
                            Moment now, Outcome& outcome) {
  // Until the snapshot an agent that only says that it lives is no better than a silent one.
  if (!host.is_synced) return;
  liveness_.Reported(session.host_id, now.monotonic);
  if (session.awaits_snapshot || host.containers.is_gathering()) return;
  if (heartbeat.sequence() == host.sequence) return;
  AskForSnapshot(
      session, host,
      absl::StrCat("the agent is at ", heartbeat.sequence(), ", the server at ", host.sequence),
      outcome);
}

void Catalog::AskForSnapshot(Session& session, KnownHost& host, std::string reason,
                             Outcome& outcome) {
  session.awaits_snapshot = true;
  host.refusal = absl::StrCat("its sequence has a gap (", reason, "), so a snapshot was asked for");
  outcome.resync = std::move(reason);
}

void Catalog::Disconnect(SessionId session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const auto host = hosts_.find(found->second.host_id);
  if (host != hosts_.end() && host->second.session == session) Leave(host->second);
  sessions_.erase(found);
}

void Catalog::Leave(KnownHost& host) {
  host.session.reset();
  host.is_synced = false;
  host.containers.Abandon();
}

FactChanges Catalog::Tick(Moment now,
                          absl::FunctionRef<bool(const std::string& host_id)> can_forget) {
  FactChanges changes;
  const Liveness::Decisions decisions = liveness_.Tick(now.monotonic, can_forget);
  for (const std::vector<std::string>* hosts :
       {&decisions.marked, &decisions.unmarked, &decisions.kept}) {
    for (const std::string& id : *hosts) Show(HostOf(id), changes);
  }
  if (decisions.forgotten.has_value()) Erase(*decisions.forgotten, changes);
  ShowSelfPreservation(changes);
  refusals_.Expire(now.monotonic);
  ShowRefusals(changes);
  return changes;
}

absl::StatusOr<FactChanges> Catalog::Forget(const std::string& host_id) {
  const auto host = hosts_.find(host_id);
  if (host == hosts_.end()) {
    return absl::NotFoundError(
        absl::StrCat("no host has the id '", Quoted(host_id), "'; see fairlead hosts"));
  }
  if (host->second.session.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the agent of host ", host_id,
                     " is connected and would report it again; stop the agent first"));
  }
  FactChanges changes;
  Erase(host_id, changes);
  return changes;
}

void Catalog::Erase(const std::string& host_id, FactChanges& changes) {
  KnownHost& host = HostOf(host_id);
  changes.hosts.push_back({host_id, host.facts, nullptr});
  host.containers.RemoveAll(changes.containers);
  if (!host.problems.empty()) changes.problems.push_back({absl::StrCat("host ", host_id), {}});
  if (host.session.has_value()) sessions_[*host.session].is_over = true;
  liveness_.Remove(host_id);
  changed_records_.insert(host_id);
  hosts_.erase(host_id);
}

// Adds what others see differently of `host` since it was shown last.
void Catalog::Show(KnownHost& host, FactChanges& changes) {
  const std::string& id = host.hello.host_id();
  host.mark = liveness_.MarkOf(id);
  HostFacts facts = FactsOf(host);
  if (host.facts == nullptr || !(*host.facts == facts)) {
    auto after = std::make_shared<const HostFacts>(std::move(facts));
    changes.hosts.push_back({id, std::exchange(host.facts, after), after});
  }
  Problems problems = ProblemsOfHost(host, options_.liveness);
  if (problems != host.problems) {
    host.problems = problems;
    changes.problems.push_back({absl::StrCat("host ", id), std::move(problems)});
  }
  std::string record = RecordOf(host).SerializeAsString();
  if (record != host.record) {
    host.record = std::move(record);
    changed_records_.insert(id);
  }
}

void Catalog::ShowRefusals(FactChanges& changes) {
  Problems problems = refusals_.Current();
  if (problems == shown_refusals_) return;
  shown_refusals_ = problems;
  changes.problems.push_back({"refused agents", std::move(problems)});
}

void Catalog::ShowSelfPreservation(FactChanges& changes) {
  if (self_preservation() == shown_self_preservation_) return;
  shown_self_preservation_ = self_preservation();
  Problems problems;
  if (self_preservation()) {
    problems.push_back(
        {.place = {},
         .what = "many hosts fell silent at once, so the fault is most likely the server's or its "
                 "network's: all endpoints stay as they are, and no host is forgotten",
         .cure = "see whether the server reaches its hosts; a host that is gone for good: fairlead "
                 "hosts forget HOST"});
  }
  changes.problems.push_back({"self-preservation", std::move(problems)});
}

std::vector<Catalog::HostRecord> Catalog::TakeHostRecords() {
  std::vector<HostRecord> records;
  for (const std::string& id : std::exchange(changed_records_, {})) {
    const auto host = hosts_.find(id);
    records.push_back(
        {id, host == hosts_.end() ? std::optional<v1::StoredHost>() : RecordOf(host->second)});
  }
  std::sort(records.begin(), records.end(),
            [](const HostRecord& a, const HostRecord& b) { return a.host_id < b.host_id; });
  return records;
}

ContainerFacts Catalog::Find(const std::string& host_id, const std::string& container_id) const {
  const auto host = hosts_.find(host_id);
  return host == hosts_.end() ? nullptr : host->second.containers.Find(container_id);
}

void Catalog::ForEachContainer(
    absl::FunctionRef<void(const std::string& host_id, const ContainerFacts&)> visit) const {
  for (const auto& [id, host] : hosts_) {
    host.containers.ForEach(
        [&, &host_id = id](const ContainerFacts& facts) { visit(host_id, facts); });
  }
}

void Catalog::Describe(v1::ListHostsResponse& response) const {
  for (const auto& [id, host] : hosts_) DescribeHost(host, *response.add_hosts());
}

}  // namespace fairlead
