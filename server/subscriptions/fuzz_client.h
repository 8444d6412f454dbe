#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/subscriptions/stream_state.h"

namespace fairlead {

// A client and the stream that serves it, driven by a script that anybody may have written, a line
// a step. What must hold whatever happens is checked on the way; a breach aborts.
//
//   sotw | delta             first line: the variant; with a type behind it: that type's service
//   want TYPE NAME...        a request with these names
//   drop TYPE NAME...        unsubscribes (delta)
//   have TYPE NAME VERSION   subscribes and comes with that version; "current": the right one
//   raw TEXT                 a message of these bytes, C escapes allowed
//   ack | nack | stale       answers the last response, or one that was never sent
//   put TYPE NAME TEXT       the view's content; several in a row are one change
//   remove TYPE NAME
//   next                     what is due is written
//   move                     the stream stands in the other view
//   pass SECONDS
class FuzzClient {
 public:
  explicit FuzzClient(absl::string_view first_line);

  void Step(absl::string_view line);
  // ACKs everything that was sent and is due: that comes to an end, and the client then has what it
  // wants as it is.
  void Finish();

 private:
  using Words = std::vector<std::string>;

  // A step whose second word is a type; `words`: what follows.
  void StepOf(Type type, const std::string& step, const Words& words);
  void Send(const std::string& message);
  void Ask(Type type, const Words& names, const Words& unsubscribe = {},
           const Words& initial_version = {});
  void Answer(Type type, const std::string& nonce, bool refused);
  void Publish();
  bool Next();
  void Take(const XdsResponse& response, absl::string_view bytes);
  void Has(Type type, absl::string_view resource, std::set<std::string>& names);
  void CheckHeld() const;
  ViewStreams& view() { return *views_[in_]; }

  Variant variant_ = Variant::kSotw;
  std::array<std::shared_ptr<ViewStreams>, 2> views_ = {
      std::make_shared<ViewStreams>(Snapshot::Empty()),
      std::make_shared<ViewStreams>(Snapshot::Empty())};
  size_t in_ = 0;
  std::unique_ptr<StreamState> stream_;
  absl::Duration now_ = absl::Hours(1);
  std::vector<ResourceChange> changes_;
  std::vector<std::pair<Type, std::string>> received_;  // types and nonces
  bool begun_ = false;
  bool broken_ = false;    // the stream has ended with an error
  bool foretold_ = false;  // the client claimed to have something, or said who knows what
  std::map<Type, Words> wanted_;
  std::map<Type, std::map<std::string, std::string>> has_;
};

}  // namespace fairlead
