#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/subscriptions/stream_state.h"

namespace fairlead {

using Names = std::vector<std::string>;

// A response as a client reads it; names and contents are sorted.
struct ScriptResponse {
  Type type;
  Names names;
  Names removed;
  std::string nonce;
  std::string version;
  Names contents;  // such as "A=1"
};

// A request as a client builds it, in the words of both variants.
struct ScriptRequest {
  ScriptRequest() = default;
  explicit ScriptRequest(Type type) : type_url(TypeUrl(type)) {}

  std::string Bytes(Variant variant) const;

  std::string node;  // its id; empty: the message has no node
  std::string type_url;
  Names names;
  Names unsubscribe;
  std::map<std::string, std::string> initial_versions;
  std::string nonce;
  std::string version;
  std::string error;
};

// One client and its stream, without a network: a test says what the client sends, what changes
// meanwhile, and what has to come of it.
class Script {
 public:
  // Content by name: the name itself and a mark, as in {"A", "A=1"}.
  using Contents = std::initializer_list<std::pair<const char*, const char*>>;

  explicit Script(Variant variant, absl::optional<Type> only = absl::nullopt);

  // The view's content.
  void Change(Type type, Contents upserts, const Names& removed = {});
  // The same, without publishing it yet.
  static void Add(std::vector<ResourceChange>& changes, Type type, Contents upserts,
                  const Names& removed = {});
  void Publish(const std::vector<ResourceChange>& changes);
  // As Publish, and people gave the type's content that version.
  void PublishAs(Type type, Contents upserts, const std::string& version);

  // The first one has a node, if it does not say another.
  absl::Status Send(ScriptRequest request);
  // As it is.
  absl::Status SendBytes(const std::string& bytes);
  absl::Status Send(Type type, const Names& names, const std::string& nonce = "",
                    const std::string& version = "");
  absl::Status Unsubscribe(Type type, const Names& names);
  void Nack(const ScriptResponse& response, const Names& names = {},
            const std::string& error = "no good");
  void Ack(const ScriptResponse& response);
  // Sends `names` as the whole list from now on, as a client of the state of the world does with
  // each ACK.
  Script& Wants(Type type, Names names);

  absl::optional<ScriptResponse> Next();
  // All that is sent if each response is ACKed at once.
  std::vector<ScriptResponse> AckAll();
  // As AckAll, in short: "CDS a b", "EDS -a" for what is removed.
  Names Told();
  static std::string Short(const ScriptResponse& response);

  StreamState& stream() { return stream_; }
  const Snapshot& snapshot() const { return view_->snapshot(); }
  void Pass(absl::Duration time) { now_ += time; }

 private:
  static StreamState::Options OptionsOf(Variant variant, absl::optional<Type> only);
  ScriptResponse Parse(const XdsResponse& response) const;

  const Variant variant_;
  const std::shared_ptr<ViewStreams> view_ = std::make_shared<ViewStreams>(Snapshot::Empty());
  StreamState stream_;
  absl::Duration now_ = absl::Hours(1);
  bool said_node_ = false;
  std::map<Type, Names> names_;
};

}  // namespace fairlead
