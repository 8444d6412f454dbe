#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "envoy/config/core/v3/base.pb.h"
#include "server/snapshot/resource.h"
#include "server/subscriptions/view_streams.h"

namespace fairlead {

// A request as a client says it, in the words of both variants.
struct XdsAsk {
  std::string type_url;
  std::vector<std::string> names;                       // state of the world: the whole list
  std::vector<std::string> unsubscribe;                 // delta only
  std::map<std::string, std::string> initial_versions;  // delta only
  std::string nonce;
  std::string version;  // state of the world only
  std::string error;    // not empty: a NACK
};

// A response as a client reads it.
struct XdsTold {
  // "A=1 B=2 -C": resources with their marks (xds_sample.h), then what is removed, each sorted.
  // "nothing": none came in time, or the stream has ended.
  std::string text = "nothing";
  std::string type_url;
  std::string nonce;
  std::string version;  // of the set
  // Delta: of each resource, and nothing of each that is removed.
  std::map<std::string, std::string> versions;
  size_t resources = 0;
  size_t removed = 0;
  size_t bytes = 0;
};

// One stream of an xDS client that does just what it is told, on a connection of its own, over
// gRPC.
//
// Threads: none; it belongs to its test.
class XdsClient {
 public:
  struct Options {
    std::string address;  // of the xDS port
    Variant variant = Variant::kSotw;
    absl::optional<Type> only;  // the stream is that type's own service; nothing: ADS
    envoy::config::core::v3::Node node;
    bool reads = true;  // else nothing is read before StartReading
  };

  explicit XdsClient(Options options);
  ~XdsClient();
  XdsClient(const XdsClient&) = delete;
  XdsClient& operator=(const XdsClient&) = delete;

  // The first message has the node, the later ones have not. False: the stream has ended, or the
  // server has not taken what was sent before for 20 s.
  bool Send(const XdsAsk& ask);
  bool SendBytes(const std::string& message);
  // The node goes with the next message (again), or not.
  void SetSendsNode(bool sends) { sends_node_ = sends; }

  // State of the world: the list is `names` from now on. Delta: subscribes to them. With the nonce
  // and the version of the last response in state of the world, as Envoy does.
  void Want(Type type, const std::vector<std::string>& names);
  // State of the world: ACKs have this list from now on.
  void Remember(Type type, const std::vector<std::string>& names) {
    wanted_[std::string(TypeUrl(type))] = names;
  }
  void Unsubscribe(Type type, const std::vector<std::string>& names);  // delta
  void Ack(const XdsTold& told);
  // State of the world: with the list `names` in place of the one before, if there is one.
  void Nack(const XdsTold& told, const std::vector<std::string>& names = {});

  // The next response.
  XdsTold Next(absl::Duration deadline = absl::Seconds(20));
  XdsTold NextAndAck();
  void StartReading();

  // Nothing was received that Next has not yielded.
  bool has_unread() const { return !received_.empty(); }
  // Half-closes, reads what still comes, and yields how the stream ended.
  grpc::Status Finish();
  // Waits for the server to end the stream.
  grpc::Status AwaitEnd();
  void Cancel() { context_.TryCancel(); }

  // Of that type, sent and received.
  uint64_t requests(Type type) const;
  uint64_t responses(Type type) const;
  // Delta: what it has, names with their versions.
  std::map<std::string, std::string> held(Type type) const;
  // The last response of that type, read or not.
  XdsTold last(Type type) const;
  // All responses together.
  struct Total {
    uint64_t responses = 0;
    uint64_t resources = 0;
    uint64_t removed = 0;
    uint64_t bytes = 0;
  };
  const Total& total() const { return total_; }
  const std::string& node_id() const { return options_.node.id(); }

 private:
  std::string Encode(const XdsAsk& ask) const;
  XdsTold Parse(const grpc::ByteBuffer& message) const;
  void Read();
  // Takes the next completion. False: there is none before `deadline`.
  bool Step(absl::Time deadline);
  void OnRead(bool ok);
  const std::string& TypeOfStream(const XdsAsk& ask) const;

  const Options options_;
  bool sends_node_ = true;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;

  // What is under way; their addresses are the tags.
  bool starting_ = true;
  bool reading_ = false;
  bool writing_ = false;
  bool finishing_ = false;
  bool reads_ = false;
  bool broken_ = false;  // nothing can be written any more
  bool ended_ = false;
  grpc::ByteBuffer incoming_;
  grpc::Status status_;
  std::deque<XdsTold> received_;
  std::map<std::string, uint64_t> requests_;
  std::map<std::string, uint64_t> responses_;
  std::map<std::string, XdsTold> last_;
  std::map<std::string, std::map<std::string, std::string>> held_;
  Total total_;
  std::map<std::string, std::vector<std::string>> wanted_;
};

}  // namespace fairlead
