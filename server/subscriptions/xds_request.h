#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace fairlead {

// The resource names of a request, as they are on the wire: they are taken apart only if somebody
// asks. Most requests are ACKs of the state of the world, which repeat all names; that nothing
// differs from the last time is seen by the digest alone.
//
// Holds a reference to the bytes of the message.
class ResourceNames {
 public:
  ResourceNames() = default;

  // One more name; `field` is its whole field within the message.
  void Append(absl::string_view field);

  bool empty() const { return count_ == 0; }
  size_t size() const { return count_; }
  void ForEach(absl::FunctionRef<void(absl::string_view)> visit) const;

  // Of the names in their order: equal names in equal order, equal digest (XXH3, seeded
  // anew in each process).
  uint64_t Digest() const;

 private:
  absl::string_view bytes() const { return joined_.empty() ? run_ : joined_; }

  // Fields that follow each other in the message; else copies of them, one behind the other.
  absl::string_view run_;
  std::string joined_;
  size_t count_ = 0;
};

// One message of a client, in either variant of the protocol, taken apart without a Protobuf
// parser: field by field, in one pass, with nothing copied. Everything refers to the message's
// bytes.
struct XdsRequest {
  absl::string_view type_url;
  absl::string_view nonce;         // of the response that it answers; empty: of none
  absl::string_view version_info;  // state of the world only
  // Present: a NACK, with the client's own words, cut after 4 096 bytes, or "(no words)".
  absl::optional<std::string> error;
  // The serialized envoy.config.core.v3.Node; absent: the message has none.
  absl::optional<std::string> node;

  // State of the world: the whole list. Delta: names to add.
  ResourceNames names;
  // Delta only: names to drop, and what the client has already (name and version).
  ResourceNames unsubscribe;
  std::vector<std::pair<absl::string_view, absl::string_view>> initial_versions;
};

// Source of field numbers: envoy/service/discovery/v3/discovery.proto; of the format:
// protobuf.dev, "Encoding". Fields that are not known are skipped.
//
// INVALID_ARGUMENT: the bytes are no message, a text is not UTF-8, a resource name is longer than
// 4 096 bytes, or the node than 256 KiB; says which. RESOURCE_EXHAUSTED: TooManyNames, of one of
// the lists; names that come twice count twice.
absl::StatusOr<XdsRequest> ParseSotwRequest(absl::string_view message,
                                            size_t most_names = std::numeric_limits<size_t>::max());
absl::StatusOr<XdsRequest> ParseDeltaRequest(
    absl::string_view message, size_t most_names = std::numeric_limits<size_t>::max());

// INVALID_ARGUMENT if `first`, the first message of its stream, does not say who the client is
// (ST4). Any later one may.
absl::Status CheckSaysNode(const XdsRequest& first);

// How a stream ends whose client names more.
absl::Status TooManyNames(size_t most_names);

}  // namespace fairlead
