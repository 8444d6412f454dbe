#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"
#include "fairlead/v1/report.pb.h"
#include "fairlead/v1/stored.pb.h"
#include "server/base/clock.h"
#include "server/catalog/acceptance.h"
#include "server/catalog/facts.h"
#include "server/catalog/known_host.h"
#include "server/catalog/liveness.h"
#include "server/catalog/refusals.h"

namespace fairlead {

// The facts of all hosts, as their agents last told them.
//
// A container goes only on positive evidence: its host's agent says so, by an update or by a whole
// snapshot with the engine reachable; or it is forgotten with its host (Liveness, Forget). Silence,
// lost streams, restarts and reports that are refused remove nothing. What differs in nothing from
// what is known gives no change.
//
// Problems are given by source: "host ID" (engine, silence, reports), "refused agents",
// "self-preservation".
//
// Pure state: no clock, no thread, no I/O. Not thread-safe; `now` never goes back.
class Catalog {
 public:
  struct Options {
    Liveness::Options liveness;
    ReportLimits limits;
  };

  // What came of a message. The changes are to be applied whatever the status.
  struct Outcome {
    // Else: end the stream with it. The message was not taken; the session is over for the catalog.
    //   INVALID_ARGUMENT     Hello or the message makes no sense
    //   FAILED_PRECONDITION  out of turn: no Hello yet, a second one, an update before a snapshot
    //   or within one ALREADY_EXISTS       another live agent has the host id (P16)
    //   RESOURCE_EXHAUSTED   more hosts, containers or bytes than are taken
    //   ABORTED              a newer stream of the same host replaced this one
    absl::Status status = absl::OkStatus();
    FactChanges changes = {};
    // Everything up to this sequence of the agent is in the catalog; zero: nothing yet.
    uint64_t acknowledged = 0;
    // Why the agent has to send a snapshot; empty: it has not.
    std::string resync = {};
    // A session that this one replaced; its stream is to be ended.
    std::optional<SessionId> superseded = std::nullopt;
  };

  // A host whose stored record differs from what was taken before.
  struct HostRecord {
    std::string host_id;
    std::optional<v1::StoredHost> record;  // absent: forgotten
  };

  Catalog() : Catalog(Options()) {}
  explicit Catalog(const Options& options) : options_(options), liveness_(options.liveness) {}
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // What an earlier run knew; call before anything else. The hosts are STALE until their agents
  // report, and count as heard now. Records that do not fit are left out.
  FactChanges Restore(const std::vector<v1::StoredHost>& hosts,
                      const std::vector<v1::StoredContainer>& containers, Moment now);

  // A message of the agent at the far end of `session`. `peer` is the stream's, as gRPC writes it.
  // A message of a kind that this server does not know (of a newer agent) changes nothing.
  Outcome Receive(SessionId session, absl::string_view peer, v1::ReportRequest message, Moment now);

  // The stream of `session` is gone; nothing else changes. No effect if the catalog does not know
  // it.
  void Disconnect(SessionId session);

  // What time alone does; call every 500 ms or more often. `can_forget`: whether no service has its
  // last endpoints on the host.
  FactChanges Tick(Moment now, absl::FunctionRef<bool(const std::string& host_id)> can_forget);

  // Gives a host up with its containers, as an operator asked. NOT_FOUND: there is none;
  // FAILED_PRECONDITION: its agent is connected, and would report it again.
  absl::StatusOr<FactChanges> Forget(const std::string& host_id);

  // What has to be stored since the last call, sorted by host id.
  std::vector<HostRecord> TakeHostRecords();

  // A container of that host; null: it is not known.
  ContainerFacts Find(const std::string& host_id, const std::string& container_id) const;

  // Calls `visit` for each container, sorted by host.
  void ForEachContainer(
      absl::FunctionRef<void(const std::string& host_id, const ContainerFacts&)> visit) const;

  // Appends all hosts, sorted by id.
  void Describe(v1::ListHostsResponse& response) const;

  // Many hosts fell silent at once: nothing is marked or forgotten (P06).
  bool self_preservation() const { return liveness_.self_preservation(); }

 private:
  struct Session {
    std::string host_id;
    // Asked for a snapshot; updates are passed over until it comes.
    bool awaits_snapshot = false;
    bool is_over = false;
  };

  Outcome Greet(SessionId session, absl::string_view peer, const v1::Hello& hello, Moment now);
  absl::Status Admit(absl::string_view peer, const v1::Hello& hello, Moment now);
  void Seat(SessionId session, absl::string_view peer, const v1::Hello& hello, Outcome& outcome);
  Outcome Take(Session& session, KnownHost& host, v1::ReportRequest& message, Moment now);
  void TakeSnapshot(Session& session, KnownHost& host, v1::SnapshotPart& part, Moment now,
                    Outcome& outcome);
  void TakeUpdate(Session& session, KnownHost& host, v1::Update& update, Moment now,
                  Outcome& outcome);
  void TakeHeartbeat(Session& session, KnownHost& host, const v1::Heartbeat& heartbeat, Moment now,
                     Outcome& outcome);
  void AskForSnapshot(Session& session, KnownHost& host, std::string reason, Outcome& outcome);
  void Leave(KnownHost& host);
  void Remark(const std::string& host_id, FactChanges& changes);
  void Erase(const std::string& host_id, FactChanges& changes);
  KnownHost& HostOf(const std::string& host_id) { return hosts_.at(host_id); }
  void Show(KnownHost& host, FactChanges& changes);
  void ShowRefusals(FactChanges& changes);
  void ShowSelfPreservation(FactChanges& changes);

  const Options options_;
  Liveness liveness_;
  Refusals refusals_;
  std::map<std::string, KnownHost> hosts_;
  absl::flat_hash_map<SessionId, Session> sessions_;
  absl::flat_hash_set<std::string> changed_records_;
  // As they were given on last.
  Problems shown_refusals_;
  bool shown_self_preservation_ = false;
};

}  // namespace fairlead
