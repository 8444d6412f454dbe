#include "server/catalog/known_host.h"

#include <google/protobuf/util/time_util.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr int kMostToldProblems = 100;

v1::Host::State StateOf(const KnownHost& host) {
  if (host.mark == Liveness::Mark::kKept) return v1::Host::KEPT;
  if (host.mark == Liveness::Mark::kSilent) return v1::Host::SILENT;
  if (host.is_synced) return v1::Host::CONNECTED;
  return host.has_reported ? v1::Host::DISCONNECTED : v1::Host::STALE;
}

Problem EngineProblem(const KnownHost& host, const Place& place) {
  const std::string why = host.engine.error().empty() ? "no reason given" : host.engine.error();
  return {.place = place,
          .what = absl::StrCat("the agent does not reach its Docker engine (", Quoted(why),
                               "); the last facts of its containers stand"),
          .cure = "start the engine, and see that the agent may open its socket (--docker-host)"};
}

Problem SilenceProblem(const KnownHost& host, const Place& place,
                       const Liveness::Options& liveness) {
  const std::string after = absl::FormatDuration(liveness.forget_after);
  if (host.mark == Liveness::Mark::kKept) {
    return {.place = place,
            .what = absl::StrCat("nothing was heard of the host for longer than ", after,
                                 ", but it has the last endpoints of a service, so they are kept"),
            .cure = absl::StrCat("bring the host back, or give it up: fairlead hosts forget ",
                                 host.hello.host_id())};
  }
  return {.place = place,
          .what = absl::StrCat("nothing was heard of the host for longer than ",
                               absl::FormatDuration(liveness.host_timeout),
                               ", so its endpoints are used only where there are no others; after ",
                               after, " they go"),
          .cure = "see whether the host is up, its fairlead-agent runs, and it reaches the server"};
}

}  // namespace

HostFacts FactsOf(const KnownHost& host) {
  return {.id = host.hello.host_id(),
          .name = host.hello.host_name().empty() ? host.hello.host_id() : host.hello.host_name(),
          .addresses = host.addresses,
          .zone = host.hello.zone(),
          .silent = host.mark != Liveness::Mark::kNone};
}

v1::StoredHost RecordOf(const KnownHost& host) {
  v1::StoredHost record;
  *record.mutable_hello() = host.hello;
  *record.mutable_engine() = host.engine;
  for (const std::string& address : host.addresses) record.add_addresses(address);
  return record;
}

Problems ProblemsOfHost(const KnownHost& host, const Liveness::Options& liveness) {
  Place place;
  place.host = host.hello.host_id();
  Problems problems;
  if (host.mark != Liveness::Mark::kNone) {
    problems.push_back(SilenceProblem(host, place, liveness));
  }
  if (!host.engine.reachable() && host.has_reported) {
    problems.push_back(EngineProblem(host, place));
  }
  if (!host.refusal.empty()) {
    problems.push_back({.place = place,
                        .what = absl::StrCat("a report of the host's agent is not taken: ",
                                             host.refusal, "; the last good state stands"),
                        .cure = "the agent reports again by itself; if this stays, follow what is "
                                "said here and restart the agent"});
  }
  for (const Problem& problem : host.told) problems.push_back(problem);
  for (Problem& problem : host.containers.SkipProblems()) problems.push_back(std::move(problem));
  return problems;
}

void DescribeHost(const KnownHost& host, v1::Host& description) {
  const HostFacts facts = FactsOf(host);
  description.set_id(facts.id);
  description.set_name(facts.name);
  for (const std::string& address : facts.addresses) description.add_addresses(address);
  description.set_zone(facts.zone);
  description.set_state(StateOf(host));
  description.set_containers(static_cast<uint32_t>(host.containers.size()));
  description.set_running(static_cast<uint32_t>(host.containers.running()));
  description.set_agent_version(host.hello.agent_version());
  description.set_engine_version(host.engine.version());
  description.set_engine_api_version(host.engine.api_version());
  description.set_engine_error(host.engine.error());
  description.set_sequence(host.sequence);
  if (host.last_heard == absl::InfinitePast()) return;
  *description.mutable_last_heard() =
      google::protobuf::util::TimeUtil::NanosecondsToTimestamp(absl::ToUnixNanos(host.last_heard));
}

Problems ToldProblems(const std::string& host_id,
                      const google::protobuf::RepeatedPtrField<v1::FactProblem>& told) {
  Problems problems;
  for (const v1::FactProblem& problem : told) {
    if (problems.size() >= kMostToldProblems) break;
    Place place;
    place.host = host_id;
    place.container = Quoted(problem.container());
    problems.push_back({.place = std::move(place),
                        .what = Quoted(problem.what()),
                        .cure = Quoted(problem.cure())});
  }
  return problems;
}

}  // namespace fairlead
