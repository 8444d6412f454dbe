#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/snapshot/snapshot.h"
#include "server/subscriptions/xds_request.h"

namespace fairlead {

// What one response carries. The resources live as long as the snapshot that they were taken from,
// or `kept`.
struct Content {
  std::vector<const Resource*> resources;
  std::vector<std::string> removed;  // delta only
  // Names whose content the client did not have, for what is owed behind a cluster.
  std::vector<std::string> news;
  bool has_additions = false;  // among `news` is a name that the client had no content of
  std::vector<std::shared_ptr<const Resource>> kept;
};

// How far a client is, for people to see.
struct SyncState {
  std::string sent_version;   // of the last response; empty: none was sent
  std::string acked_version;  // of the last response that was ACKed; empty: none
  std::string error;          // of the last answer, if that was a NACK
  bool answered = false;      // the last response was ACKed or NACKed
  uint64_t responses = 0;
  uint64_t nacks = 0;
  absl::Time last_sent = absl::InfinitePast();
  absl::Duration last_round_trip = absl::ZeroDuration();
};

// One resource type on one stream: what the client wants, what it has, what it is owed. A state
// machine without I/O and without a clock. It keeps nothing for names that the client has as they
// are: memory grows with interest and with what is pending, not with content.
//
// Rules are cited by their names in docs/xds-rules.md (ST, SU, SW, DE, OR).
// Threads: none; it belongs to its stream.
class Subscription {
 public:
  explicit Subscription(Type type) : type_(type) {}
  virtual ~Subscription() = default;

  // A message of the client. `now` is the stream's snapshot.
  void OnRequest(const XdsRequest& request, const Snapshot& now, absl::Time time);

  // `name` is about to change, from what `before` has. Costs nothing if the client does not want
  // it.
  void OnChange(const std::string& name, const Snapshot& before);

  // The name's content has to go out though it did not change, and without waiting for an ACK
  // (OR5). Nothing if the client does not want it.
  void Owe(const std::string& name, const Snapshot& now);

  // Whether something has to be sent: additions, changes and answers; or removals.
  virtual bool HasUpserts(const Snapshot& now) = 0;
  virtual bool HasRemovals(const Snapshot& now) = 0;
  // Too many responses wait for their answer (SW11, DE14), and nothing is urgent.
  bool Blocked() const { return in_flight_.size() >= MostInFlight() && !urgent_; }

  // What is to be sent now; it counts as sent afterwards. Only if HasUpserts or HasRemovals says
  // so.
  virtual Content TakeUpserts(const Snapshot& now) = 0;
  virtual Content TakeRemovals(const Snapshot& now) = 0;
  // A response was made of what was taken. Called before it is written (ST7).
  void OnSent(const std::string& nonce, const std::string& version, absl::Time time);

  Type type() const { return type_; }
  size_t subscribed() const { return names_.size(); }
  bool wildcard() const { return wildcard_; }
  bool Wants(absl::string_view name) const { return wildcard_ || names_.contains(name); }
  const SyncState& state() const { return state_; }

 protected:
  // A name that the client may not have as it is.
  struct Pending {
    std::shared_ptr<const Resource> had;  // what the client has; null: nothing
    bool owed = false;  // has to be sent (or said to be missing) even if it has it
  };
  struct InFlight {
    std::string nonce;
    std::string version;
    absl::Time sent;
  };

  // Differs between the variants: what a request says of names; `first` of its type on this stream.
  virtual void UpdateInterest(const XdsRequest& request, bool first, const Snapshot& now) = 0;
  virtual size_t MostInFlight() const = 0;
  // In state of the world only the last nonce counts.
  virtual bool OnlyLastNonceCounts() const = 0;

  bool MustSend(const Pending& pending, const Resource* content) const;
  Pending& MakePending(const std::string& name, const Snapshot& has);
  // The client starts to want all, or ends to; names that it names itself stay wanted.
  void StartWildcard(const Snapshot& now);
  void EndWildcard();
  void ForgetUnwanted();

  const Type type_;
  absl::flat_hash_set<std::string> names_;
  bool wildcard_ = false;
  bool named_anything_ = false;  // the legacy wildcard is over for good (SU3)
  absl::flat_hash_map<std::string, Pending> pending_;
  bool respond_ = false;  // an answer is due even if it is empty
  bool urgent_ = false;   // does not wait for an ACK

 private:
  void OnAnswer(const XdsRequest& request, absl::Time time);

  bool first_ = true;
  std::deque<InFlight> in_flight_;
  SyncState state_;
};

std::unique_ptr<Subscription> MakeSotwSubscription(Type type);
// `answer_first`: the first request is answered even if there is nothing to say (ST9, DE6).
std::unique_ptr<Subscription> MakeDeltaSubscription(Type type, bool answer_first);

}  // namespace fairlead
