// P04: under any mix of silence, failing engines, lost streams, restarts, wiped stores and swapped
// agents, a container disappears from the catalog only on positive evidence, or by the rules of
// forgetting.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/catalog/catalog.h"

namespace fairlead {
namespace {

constexpr char kPeer[] = "ipv4:192.0.2.1:4711";

// What a host really runs, and its agent.
struct World {
  std::string id;
  std::set<std::string> running;
  bool engine_reachable = true;
  SessionId session = 0;  // 0: no stream
  uint64_t sequence = 0;
  int epoch = 1;
  absl::Duration heard;  // by the server, or since the server began
};

// A server with its store, and hosts around it, to which faults happen. What an observer of the
// catalog's changes believes is in `believed`; every removal that it sees is checked against what
// was said to the catalog.
class Trace {
 public:
  explicit Trace(unsigned seed) : random_(seed) {
    const int hosts = 1 + static_cast<int>(random_() % 5);
    for (int host = 0; host < hosts; ++host) {
      worlds_.push_back({.id = absl::StrCat("h", host), .running = {}, .heard = now_.monotonic});
    }
    catalog_ = std::make_unique<Catalog>();
  }

  void Step() {
    World& world = worlds_[random_() % worlds_.size()];
    switch (random_() % 16) {
      case 0:
      case 1:
      case 2:
        return Run(world);
      case 3:
      case 4:
        return Stop(world);
      case 5:
      case 6:
        return Connect(world);
      case 7:
        return Report(world);
      case 8:
        world.engine_reachable = !world.engine_reachable;
        return Report(world);
      case 9:
        return LoseStream(world);
      case 10:
        ++world.epoch;
        return LoseStream(world);
      case 11:
        return LieAboutSequence(world);
      case 12:
        return Pass(absl::Seconds(random_() % 40));
      case 13:
        if (random_() % 4 == 0) return Pass(absl::Minutes(11));
        return Pause();
      case 14:
        if (random_() % 4 == 0) return RestartServer(random_() % 4 == 0);
        return;
      default:
        return GiveUp(world);
    }
  }

  // Once every agent is back with a reachable engine, the catalog is what runs.
  void ExpectTruthAfterAll() {
    for (World& world : worlds_) {
      world.engine_reachable = true;
      LoseStream(world);
      Connect(world);
      EXPECT_EQ(believed_[world.id], world.running);
    }
  }

 private:
  std::string NewId() { return absl::StrFormat("%064x", ++last_id_); }

  void Run(World& world) {
    const std::string id = NewId();
    world.running.insert(id);
    v1::ReportRequest message;
    message.mutable_update()->set_sequence(++world.sequence);
    message.mutable_update()->add_upserts()->set_id(id);
    Send(world, std::move(message), {});
  }

  void Stop(World& world) {
    if (world.running.empty()) return;
    const std::string id = *world.running.begin();
    world.running.erase(id);
    v1::ReportRequest message;
    message.mutable_update()->set_sequence(++world.sequence);
    message.mutable_update()->add_removed(id);
    Send(world, std::move(message), {id});
  }

  void Connect(World& world) {
    if (world.session != 0) return;
    v1::ReportRequest hello;
    hello.mutable_hello()->set_host_id(world.id);
    hello.mutable_hello()->set_epoch(absl::StrCat(world.epoch));
    world.session = ++last_session_;
    Send(world, std::move(hello), {});
    Report(world);
  }

  // A whole snapshot. If the engine is away the agent of a fresh start knows nothing: an empty
  // listing.
  void Report(World& world) {
    v1::ReportRequest message;
    v1::SnapshotPart& part = *message.mutable_snapshot();
    part.set_sequence(++world.sequence);
    part.set_last(true);
    part.mutable_engine()->set_reachable(world.engine_reachable);
    std::set<std::string> evidence;
    if (world.engine_reachable) {
      for (const std::string& id : world.running) part.add_containers()->set_id(id);
      evidence = believed_[world.id];
      for (const std::string& id : world.running) evidence.erase(id);
    }
    Send(world, std::move(message), evidence);
  }

  void LieAboutSequence(World& world) {
    v1::ReportRequest message;
    message.mutable_update()->set_sequence(world.sequence + 7);
    for (const std::string& id : believed_[world.id]) message.mutable_update()->add_removed(id);
    Send(world, std::move(message), {});
  }

  // `evidence`: the containers that may go by it.
  void Send(World& world, v1::ReportRequest message, const std::set<std::string>& evidence) {
    if (world.session == 0) return;
    world.heard = now_.monotonic;
    const Catalog::Outcome outcome =
        catalog_->Receive(world.session, kPeer, std::move(message), now_);
    Observe(outcome.changes, {{world.id, evidence}});
    if (!outcome.status.ok()) return LoseStream(world);
    if (!outcome.resync.empty()) Report(world);
  }

  void LoseStream(World& world) {
    if (world.session != 0) catalog_->Disconnect(world.session);
    world.session = 0;
  }

  void Pass(absl::Duration time) {
    for (const absl::Duration end = now_.monotonic + time; now_.monotonic < end;) {
      now_.monotonic += absl::Milliseconds(500);
      Tick();
    }
  }

  // The server sleeps; nobody's time counts.
  void Pause() {
    now_.monotonic += absl::Hours(1);
    for (World& world : worlds_) world.heard = now_.monotonic;
    Tick();
  }

  void Tick() {
    for (World& world : worlds_) {
      if (world.session == 0 || random_() % 16 != 0) continue;
      v1::ReportRequest message;
      message.mutable_heartbeat()->set_sequence(world.sequence);
      Send(world, std::move(message), {});
    }
    const std::string needed = worlds_[random_() % worlds_.size()].id;
    const bool was_frozen = catalog_->self_preservation();
    const FactChanges changes =
        catalog_->Tick(now_, [&](const std::string& host) { return host != needed; });
    std::map<std::string, std::set<std::string>> evidence;
    for (const World& world : worlds_) {
      if (now_.monotonic - world.heard <= absl::Minutes(10) || world.id == needed || was_frozen) {
        continue;
      }
      evidence[world.id] = believed_[world.id];
    }
    Observe(changes, evidence);
    int forgotten = 0;
    for (const HostChange& change : changes.hosts) forgotten += change.after == nullptr ? 1 : 0;
    if (forgotten == 0) return;
    EXPECT_EQ(forgotten, 1);
    EXPECT_GE(now_.monotonic - last_forgotten_, absl::Seconds(10));
    last_forgotten_ = now_.monotonic;
  }

  void GiveUp(World& world) {
    const absl::StatusOr<FactChanges> changes = catalog_->Forget(world.id);
    if (changes.ok()) Observe(*changes, {{world.id, believed_[world.id]}});
  }

  void RestartServer(bool wiped) {
    Store();
    for (World& world : worlds_) {
      world.session = 0;
      world.heard = now_.monotonic;
    }
    catalog_ = std::make_unique<Catalog>();
    if (wiped) {
      stored_hosts_.clear();
      believed_.clear();
      return;
    }
    std::vector<v1::StoredHost> hosts;
    std::vector<v1::StoredContainer> containers;
    for (const auto& [id, host] : stored_hosts_) hosts.push_back(host);
    for (const auto& [host, ids] : believed_) {
      for (const std::string& id : ids) {
        containers.emplace_back().set_host_id(host);
        containers.back().mutable_container()->set_id(id);
      }
    }
    const auto before = std::exchange(believed_, {});
    Observe(catalog_->Restore(hosts, containers, now_), {});
    for (const auto& [host, ids] : before) EXPECT_EQ(believed_[host], ids);
  }

  void Store() {
    for (const Catalog::HostRecord& record : catalog_->TakeHostRecords()) {
      stored_hosts_.erase(record.host_id);
      if (record.record.has_value()) stored_hosts_[record.host_id] = *record.record;
    }
  }

  void Observe(const FactChanges& changes,
               const std::map<std::string, std::set<std::string>>& evidence) {
    for (const ContainerChange& change : changes.containers) {
      if (change.after != nullptr) {
        believed_[change.host_id].insert(change.container_id);
        continue;
      }
      EXPECT_EQ(believed_[change.host_id].erase(change.container_id), 1u);
      const auto said = evidence.find(change.host_id);
      EXPECT_TRUE(said != evidence.end() && said->second.contains(change.container_id))
          << change.container_id << " of " << change.host_id << " went without evidence";
    }
  }

  std::mt19937 random_;
  std::unique_ptr<Catalog> catalog_;
  Moment now_ = {absl::Hours(1), absl::UnixEpoch()};
  std::vector<World> worlds_;
  std::map<std::string, std::set<std::string>> believed_;
  std::map<std::string, v1::StoredHost> stored_hosts_;
  absl::Duration last_forgotten_ = -absl::InfiniteDuration();
  SessionId last_session_ = 0;
  int last_id_ = 0;
};

TEST(Evidence, NothingGoesWithoutIt) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    Trace trace(seed);
    for (int step = 0; step < 300; ++step) trace.Step();
    trace.ExpectTruthAfterAll();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace fairlead
