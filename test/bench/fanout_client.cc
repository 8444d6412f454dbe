// Many xDS streams in one process, each on a TCP connection of its own; test/bench/fanout drives
// it. Takes one JSON object a line on standard input and answers each with one line:
//   {"do": "connect", "to": "IP:PORT", "first": N, "streams": N, "variant": "delta" or "sotw",
//    "resume": false, "like_grpc": false,
//    "subscriptions": [{"type": "eds", "names": [...], "expected": N}]}
//       opens the streams, numbered from "first"; the types are asked for one after the other, each
//       when what is expected of the one before is there. Answers when all are synced. With
//       "resume" (delta) each says what the first stream of the load before had.
//   {"do": "arm", "names": [...]}     from now on waits for these resources, at most 64
//   {"do": "await", "since_ns": T}    answers when each stream that reads has them; T is of
//                                     CLOCK_MONOTONIC, and the answer's times count from it
//   {"do": "count"}                   what was received since the last count
//   {"do": "stop-reading", "streams": N}
//   {"do": "close"}                   answers when all streams are over
// "seconds" bounds the waiting of any of them; an answer with "error" says what was missing.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "test/bench/command_feed.h"
#include "test/bench/stream_swarm.h"

namespace fairlead {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int kDefaultSeconds = 60;

std::string TypeUrl(const std::string& type) {
  if (type == "cds") return "type.googleapis.com/envoy.config.cluster.v3.Cluster";
  if (type == "eds") return "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
  if (type == "rds") return "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
  if (type == "lds") return "type.googleapis.com/envoy.config.listener.v3.Listener";
  throw std::invalid_argument(absl::StrCat("there is no type '", type, "': cds, eds, rds, lds"));
}

int64_t Nanoseconds(Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

double Milliseconds(int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; }

LoadPlan PlanOf(const Json& command, const StreamSwarm::Versions& versions) {
  LoadPlan plan;
  plan.address = command.at("to");
  plan.like_grpc = command.value("like_grpc", false);
  plan.variant =
      command.value("variant", "delta") == "sotw" ? XdsVariant::kSotw : XdsVariant::kDelta;
  for (const Json& wanted : command.at("subscriptions")) {
    const std::string type_url = TypeUrl(wanted.at("type"));
    std::vector<std::string> names = wanted.value("names", std::vector<std::string>());
    const std::string subscription = SubscriptionBytes(plan.variant, type_url, names);
    std::string request = subscription;
    const auto had = versions.find(type_url);
    if (command.value("resume", false) && had != versions.end()) {
      request += VersionsBytes(had->second);
    }
    const bool repeats = plan.variant == XdsVariant::kSotw;
    plan.subscriptions.push_back(
        {.type_url = type_url,
         .expected = wanted.value("expected", size_t{0}),
         .request = grpc::Slice(request),
         .ack =
             grpc::Slice(repeats ? subscription : SubscriptionBytes(plan.variant, type_url, {}))});
  }
  return plan;
}

Json Arrivals(const StreamSwarm& swarm, int64_t since_ns) {
  Json times = Json::array();
  for (const int64_t at_ns : swarm.arrivals_ns()) times.push_back(Milliseconds(at_ns - since_ns));
  return {{"arrivals_ms", times}};
}

Json Counts(const StreamSwarm::Taken& taken) {
  return {{"responses", taken.total.responses},       {"resources", taken.total.resources},
          {"removed", taken.total.removed},           {"bytes", taken.total.bytes},
          {"least_responses", taken.least_responses}, {"most_responses", taken.most_responses}};
}

// Runs commands and the streams' events on one thread: the one that calls Run.
class FanoutClient {
 public:
  void Run() {
    CommandFeed feed(std::cin, queue_, [this](absl::optional<std::string> line) {
      line.has_value() ? OnLine(*line) : End();
    });
    while (!ended_) {
      const auto deadline = waiting_ ? deadline_ : Clock::now() + std::chrono::hours(1);
      void* tag = nullptr;
      bool ok = false;
      const auto wall = std::chrono::system_clock::now() + (deadline - Clock::now());
      if (queue_.AsyncNext(&tag, &ok, wall) == grpc::CompletionQueue::GOT_EVENT) {
        static_cast<LoadEvent*>(tag)->Complete(ok);
      }
      AnswerIfDue();
    }
  }

 private:
  void End() {
    ended_ = true;
    swarm_.Close();
    void* tag = nullptr;
    bool ok = false;
    while (!swarm_.all_over() && queue_.Next(&tag, &ok)) static_cast<LoadEvent*>(tag)->Complete(ok);
  }

  void OnLine(const std::string& line) {
    try {
      const Json command = Json::parse(line);
      deadline_ = Clock::now() + std::chrono::seconds(command.value("seconds", kDefaultSeconds));
      Do(command, command.at("do"));
    } catch (const std::exception& error) {
      Answer({{"error", absl::StrCat("'", line.substr(0, 100), "': ", error.what())}});
    }
  }

  void Do(const Json& command, const std::string& what) {
    if (what == "connect") return Connect(command);
    if (what == "arm") {
      swarm_.Arm(command.at("names"));
      return Answer({{"armed", true}});
    }
    if (what == "await") return Await(command.value("since_ns", int64_t{0}));
    if (what == "count") return Answer(Counts(swarm_.TakeCounts()));
    if (what == "stop-reading") {
      swarm_.StopReading(command.at("streams"));
      return Answer({{"reading", swarm_.reading()}});
    }
    if (what == "close") {
      swarm_.Close();
      return AnswerWhen(
          "all streams are over", [this] { return swarm_.all_over(); },
          [this] {
            return Json{{"over", swarm_.over()}};
          });
    }
    Answer({{"error", absl::StrCat("there is no command '", what, "'")}});
  }

  void Connect(const Json& command) {
    const int64_t start = Nanoseconds(Clock::now());
    swarm_.Connect(PlanOf(command, swarm_.versions()), command.value("first", size_t{0}),
                   command.at("streams"));
    AnswerWhen(
        "all streams are synced", [this] { return swarm_.all_synced(); },
        [this, start] {
          return Json{{"synced", swarm_.synced()},
                      {"wall_ms", Milliseconds(swarm_.last_synced_ns() - start)}};
        });
  }

  void Await(int64_t since_ns) {
    AnswerWhen(
        "each stream has what was armed", [this] { return swarm_.all_arrived(); },
        [this, since_ns] { return Arrivals(swarm_, since_ns); });
  }

  void AnswerWhen(std::string what, std::function<bool()> holds, std::function<Json()> answer) {
    awaited_ = std::move(what);
    holds_ = std::move(holds);
    answer_ = std::move(answer);
    waiting_ = true;
    AnswerIfDue();
  }

  void AnswerIfDue() {
    if (!waiting_) return;
    if (holds_()) {
      waiting_ = false;
      return Answer(answer_());
    }
    if (!swarm_.error().empty() || Clock::now() > deadline_) {
      waiting_ = false;
      Json answer = answer_();
      answer["error"] = absl::StrCat("not in time: ", awaited_, "; ", swarm_.synced(), " of ",
                                     swarm_.size(), " synced, ", swarm_.arrivals_ns().size(),
                                     " have what was armed; ", swarm_.error());
      Answer(answer);
    }
  }

  static void Answer(const Json& answer) { std::cout << answer.dump() << std::endl; }

  grpc::CompletionQueue queue_;
  StreamSwarm swarm_{queue_};
  bool ended_ = false;
  bool waiting_ = false;
  Clock::time_point deadline_;
  std::string awaited_;
  std::function<bool()> holds_;
  std::function<Json()> answer_;
};

}  // namespace
}  // namespace fairlead

int main() {
  // Debian's Abseil checks the order of all locks, gRPC's included, under a lock of its own.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  fairlead::FanoutClient().Run();
  return 0;
}
