// Whatever bytes come as a request: what is understood lies within them, is text, and is understood
// alike each time; and a stream takes it or refuses it with words.
//   test/fuzz server/subscriptions:xds_request_fuzz

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "server/subscriptions/field_reader.h"
#include "server/subscriptions/stream_state.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void Check(const ResourceNames& names) {
  size_t count = 0;
  names.ForEach([&](absl::string_view name) {
    ++count;
    Require(IsUtf8(name));
  });
  Require(count == names.size() && names.empty() == (count == 0));
}

void Check(const XdsRequest& request, absl::string_view message) {
  for (const absl::string_view text : {request.type_url, request.nonce, request.version_info}) {
    Require(IsUtf8(text) && text.size() <= message.size());
  }
  Require(!request.error.has_value() || (IsUtf8(*request.error) && request.error->size() <= 4096));
  Check(request.names);
  Check(request.unsubscribe);
  for (const auto& [name, version] : request.initial_versions) Require(IsUtf8(name));
}

void Try(Variant variant, absl::string_view message) {
  const auto parse = variant == Variant::kDelta ? ParseDeltaRequest : ParseSotwRequest;
  constexpr size_t kMostNames = 100;
  absl::StatusOr<XdsRequest> request = parse(message, kMostNames);
  if (!request.ok()) {
    Require(!request.status().message().empty());
    return;
  }
  Check(*request, message);
  Require(parse(message, kMostNames)->names.Digest() == request->names.Digest());
  // A stream that begins without a node is over at once.
  if (!request->node.has_value()) request->node.emplace();
  StreamState::Options options;
  options.variant = variant;
  options.most_names = kMostNames;
  StreamState stream(options, std::make_shared<ViewStreams>(Snapshot::Empty()));
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = stream.OnRequest(*request, absl::Hours(1), {});
    Require(status.ok() || !status.message().empty());
    for (int responses = 0; stream.Next(absl::Hours(1), {}).has_value();) {
      Require(++responses < 10);
    }
  }
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view message(reinterpret_cast<const char*>(data), size);
  fairlead::Try(fairlead::Variant::kSotw, message);
  fairlead::Try(fairlead::Variant::kDelta, message);
  return 0;
}
