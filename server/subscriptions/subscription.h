#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/snapshot/snapshot.h"
#include "server/subscriptions/interest.h"
#include "server/subscriptions/view_streams.h"
#include "server/subscriptions/withheld.h"
#include "server/subscriptions/xds_request.h"

namespace fairlead {

class StreamState;

// What one response carries. The resources live as long as the snapshot that they were taken from,
// or `kept`.
struct Content {
  // Everything that the client wants; then `resources` is empty.
  std::shared_ptr<const WholeContent> whole;
  std::vector<const Resource*> resources;
  std::vector<std::string> removed;  // delta only
  // What the client did not have as it is, for what is owed behind a cluster, and to find what it
  // refuses; `all_news`: it had nothing.
  std::vector<const Resource*> news;
  std::vector<std::shared_ptr<const Resource>> had;  // in place of each of the news; null: nothing
  bool all_news = false;
  bool is_whole = false;       // it is everything that the client wants
  bool has_additions = false;  // among the news is a name that the client had no content of
  std::vector<std::shared_ptr<const Resource>> kept;
};

// How far a client is, for people to see.
struct SyncState {
  std::string sent_version;   // of the last response; empty: none was sent
  std::string acked_version;  // of the last response that was ACKed; empty: none
  std::string error;          // of the last answer, if that was a NACK
  bool answered = false;      // the last response was ACKed or NACKed
  uint64_t requests = 0;      // messages of the client, answers included
  uint64_t responses = 0;
  uint64_t nacks = 0;
  absl::Time last_sent = absl::InfinitePast();
  absl::Duration last_round_trip = absl::ZeroDuration();
};

// A resource that a client has been sent, and how it took it.
struct HeldResource {
  enum class State { kSent, kAcked, kNacked };

  const Resource* resource = nullptr;
  State state = State::kSent;
};

// One resource type on one stream: what the client wants, what it has, what it is owed. A state
// machine without I/O and without a clock. It keeps nothing for names that the client has as they
// are: memory grows with interest and with what is pending, not with content.
//
// Rules are cited by their names in docs/xds-rules.md (ST, SU, SW, DE, OR).
// Threads: none; it belongs to its stream.
class Subscription {
 public:
  // Both must outlive this; `view` may be changed by MoveTo.
  Subscription(Type type, StreamState& stream, ViewStreams& view);
  virtual ~Subscription() = default;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // A message of the client.
  void OnRequest(const XdsRequest& request, absl::Time time);

  // `name`, which the client wants, is about to change, from what the view's snapshot has.
  void OnChange(const std::string& name);

  // The name's content has to go out though it did not change, and without waiting for an ACK
  // (OR5). Nothing if the client does not want it.
  void Owe(const std::string& name);
  // As Owe, of the assignment of each cluster that `clusters` wants and that exists.
  void OweAll(const Subscription& clusters);

  // The stream stands in another view from now on; what differs is pending.
  void MoveTo(ViewStreams& view);

  // Whether something has to be sent: additions, changes and answers; or removals.
  // Found out once after each event that may change the answer, since everything that a client
  // says is followed by these questions.
  bool HasUpserts();
  bool HasRemovals();
  // Too many responses wait for their answer (SW11, DE14), and nothing is urgent. For how long
  // that counts is the stream's affair.
  bool Blocked() const { return in_flight_.size() >= MostInFlight() && !urgent_; }

  // What is to be sent now; it counts as sent afterwards. Only if HasUpserts or HasRemovals says
  // so.
  virtual Content TakeUpserts() = 0;
  virtual Content TakeRemovals() = 0;
  // A response was made of `content`. Called before it is written (ST7).
  void OnSent(const std::string& nonce, const std::string& version, const Content& content,
              absl::Time time);

  Type type() const { return type_; }
  StreamState& stream() { return stream_; }
  // Names that the client named; a wildcard is beside them.
  size_t subscribed() const { return interest_.size(); }
  // Names that are kept because the client said them.
  virtual size_t kept_names() const { return subscribed(); }
  bool wildcard() const { return interest_.wildcard(); }
  // Responses that the client has not answered; the oldest are forgotten.
  size_t unanswered() const { return in_flight_.size(); }
  static constexpr size_t kMostUnanswered = 16;
  const SyncState& state() const { return state_; }

  // What the client has been sent and not told to drop.
  void ForEachHeld(absl::FunctionRef<void(const HeldResource&)> visit) const;
  // Of that name; nothing: the client has none.
  absl::optional<HeldResource> FindHeld(absl::string_view name) const;

  // What the client refused and is not sent as it is. Null: nothing.
  const Withheld* withheld() const { return withheld_.get(); }
  // As clients see it: that of the view's content, and of what is withheld of it.
  std::string VersionText() const;

 protected:
  // A name that the client may not have as it is.
  struct Pending {
    std::shared_ptr<const Resource> had;  // what the client has; null: nothing
    bool owed = false;  // has to be sent (or said to be missing) even if it has it
  };
  struct News {
    std::string name;
    Version version;
    std::shared_ptr<const Resource> had;
  };
  struct InFlight {
    std::string nonce;
    std::string version;
    absl::Time sent;
    // Everything that the client wants was in it. What was new in it: `news`, or everything.
    bool whole = false;
    Snapshot::Map everything;  // of the type; only if all was new
    std::vector<News> news;
  };

  // Differs between the variants: what a request says of names; `first` of its type on this stream.
  // False: it says nothing new.
  virtual bool UpdateInterest(const XdsRequest& request, bool first) = 0;
  virtual bool FindUpserts() = 0;
  virtual bool FindRemovals() = 0;
  virtual size_t MostInFlight() const = 0;
  // In state of the world only the last nonce counts.
  virtual bool OnlyLastNonceCounts() const = 0;

  const Snapshot& now() const { return view_->snapshot(); }
  ViewStreams& view() { return *view_; }
  // What the client is to have of that name, which it wants. Null: there is nothing, or it is only
  // for clients that name it, and this one has a wildcard.
  const Resource* Find(absl::string_view name) const;
  // Everything that it wants, as Find says.
  std::shared_ptr<const WholeContent> Whole(Variant variant);
  bool Wants(absl::string_view name, const Resource* content) const;
  bool MustSend(const Pending& pending, const Resource* content) const;
  Pending& MakePending(absl::string_view name);
  // The client starts to want all, or ends to; names that it names itself stay wanted.
  void StartWildcard();
  void EndWildcard();
  void ForgetUnwanted();
  // Calls `visit` for each resource that the client wants and that exists.
  void ForEachWanted(absl::FunctionRef<void(const Resource&)> visit) const;

  const Type type_;
  Interest interest_;
  bool named_anything_ = false;  // the legacy wildcard is over for good (SU3)
  // The client has nothing: whatever it wants is pending, though `pending_` is empty.
  bool fresh_ = true;
  absl::flat_hash_map<std::string, Pending> pending_;
  bool respond_ = false;  // an answer is due even if it is empty
  bool urgent_ = false;   // does not wait for an ACK
  // The client came with content of an earlier stream, and a list of all that is too short would
  // make it drop some.
  bool came_with_content_ = false;

 private:
  // What is to be had for `content`: that, or in its place what the client took last.
  const Resource* Shown(const Snapshot::Map::Pointer& content) const;
  std::vector<Suspect> SuspectsOf(const InFlight& refused) const;
  void OnRefused(const InFlight& refused, absl::string_view error);
  void OnAccepted(const InFlight& accepted);
  // What is withheld follows what the client wants and what there is.
  void SettleWithheld();
  void OnAnswer(const XdsRequest& request, absl::Time time);
  // Something happened to what is pending.
  void Touch();
  void GiveBackRoom();

  StreamState& stream_;
  ViewStreams* view_;
  bool first_ = true;
  // As FindUpserts and FindRemovals said; nothing: something happened since.
  absl::optional<bool> has_upserts_;
  absl::optional<bool> has_removals_;
  std::deque<InFlight> in_flight_;
  absl::optional<InFlight> refused_;  // the last response, if the client NACKed it
  std::unique_ptr<Withheld> withheld_;
  SyncState state_;
};

// `answer_first`: the first request is answered even if the client comes with all that there is
// (ST9).
std::unique_ptr<Subscription> MakeSotwSubscription(Type type, StreamState& stream,
                                                   ViewStreams& view, bool answer_first);
// `answer_first`: the first request is answered even if there is nothing to say (ST9, DE6).
std::unique_ptr<Subscription> MakeDeltaSubscription(Type type, StreamState& stream,
                                                    ViewStreams& view, bool answer_first);

}  // namespace fairlead
