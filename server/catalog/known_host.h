#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"
#include "fairlead/v1/facts.pb.h"
#include "fairlead/v1/report.pb.h"
#include "fairlead/v1/stored.pb.h"
#include "server/base/problem.h"
#include "server/catalog/facts.h"
#include "server/catalog/host_containers.h"
#include "server/catalog/liveness.h"

namespace fairlead {

// One stream of an agent; never used twice in a run of the server.
using SessionId = uint64_t;

// All that the catalog knows of one host.
struct KnownHost {
  KnownHost(const std::string& id, const ReportLimits& limits) : containers(id, limits) {}

  v1::Hello hello;
  // Hello's, or the address that the stream came from.
  std::vector<std::string> addresses;
  v1::Engine engine;
  HostContainers containers;
  // What the agent told last.
  Problems told;
  // Why its last report was not taken; empty since a snapshot was.
  std::string refusal;

  // The stream whose word counts; absent while there is none.
  std::optional<SessionId> session;
  // That stream has given its snapshot.
  bool is_synced = false;
  // Some stream of this run of the server has; until then the stored state stands.
  bool has_reported = false;
  // The last one in the catalog.
  uint64_t sequence = 0;
  absl::Time last_heard = absl::InfinitePast();
  Liveness::Mark mark = Liveness::Mark::kNone;

  // As they were given on last.
  std::shared_ptr<const HostFacts> facts;
  Problems problems;
  std::string record;  // StoredHost, serialized
};

// The facts that `host` stands for now.
HostFacts FactsOf(const KnownHost& host);

v1::StoredHost RecordOf(const KnownHost& host);

// What is wrong with the host itself: its engine, its agent, its silence, its reports.
Problems ProblemsOfHost(const KnownHost& host, const Liveness::Options& liveness);

void DescribeHost(const KnownHost& host, v1::Host& description);

// What an agent told, in our form: texts are cut, and at most 100 are taken.
Problems ToldProblems(const std::string& host_id,
                      const google::protobuf::RepeatedPtrField<v1::FactProblem>& told);

}  // namespace fairlead
