#include "server/subscriptions/xds_request.h"

#include <xxhash.h>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/base/begin_of.h"
#include "server/subscriptions/field_reader.h"

namespace fairlead {
namespace {

// Fields of DiscoveryRequest.
enum Sotw : uint32_t {
  kSotwVersion = 1,
  kSotwNode = 2,
  kSotwNames = 3,
  kSotwTypeUrl = 4,
  kSotwNonce = 5,
  kSotwError = 6,
};
// Fields of DeltaDiscoveryRequest.
enum Delta : uint32_t {
  kDeltaNode = 1,
  kDeltaTypeUrl = 2,
  kDeltaSubscribe = 3,
  kDeltaUnsubscribe = 4,
  kDeltaInitialVersions = 5,
  kDeltaNonce = 6,
  kDeltaError = 7,
};
// Fields of google.rpc.Status and of a map's entry.
constexpr uint32_t kStatusMessage = 2;
constexpr uint32_t kMapKey = 1;
constexpr uint32_t kMapValue = 2;

// It is kept with the stream.
constexpr size_t kLongestError = 4096;
// Names are kept with the stream too, as many as --max-xds-names says.
constexpr size_t kLongestName = 4096;
// Only what ViewOf reads is kept, but all of it is parsed.
constexpr size_t kLongestNode = 256 << 10;

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the message is no discovery request: ", what, " is malformed"));
}

// A client may put a NACK's words in any bytes; people read them.
absl::StatusOr<std::string> ErrorOf(absl::string_view status) {
  absl::string_view message;
  FieldReader reader(status);
  while (reader.Next()) {
    if (reader.number() == kStatusMessage) message = reader.value();
  }
  if (!reader.ok() || !IsUtf8(message)) return Malformed("error_detail");
  // No text at all stands for no error everywhere else.
  if (message.empty()) return std::string("(no words)");
  return std::string(BeginOf(message, kLongestError));
}

absl::Status CheckName(absl::string_view name) {
  if (name.size() <= kLongestName) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the resource name that begins with '",
                                                 BeginOf(name, 64), "' is longer than ",
                                                 kLongestName, " bytes; ask for shorter names"));
}

absl::Status AppendName(const FieldReader& reader, ResourceNames& names) {
  if (!reader.delimited() || !IsUtf8(reader.value())) return Malformed("a resource name");
  const absl::Status status = CheckName(reader.value());
  if (!status.ok()) return status;
  names.Append(reader.field());
  return absl::OkStatus();
}

absl::Status ReadText(const FieldReader& reader, const char* name, absl::string_view& text) {
  if (!reader.delimited() || !IsUtf8(reader.value())) return Malformed(name);
  text = reader.value();
  return absl::OkStatus();
}

absl::Status ReadError(const FieldReader& reader, absl::optional<std::string>& error) {
  absl::StatusOr<std::string> text = ErrorOf(reader.value());
  if (!text.ok()) return text.status();
  error = *std::move(text);
  return absl::OkStatus();
}

// A message field that comes twice is merged, which is what its serialized forms one behind the
// other are.
absl::Status ReadNode(const FieldReader& reader, absl::optional<std::string>& node) {
  if (!node.has_value()) node.emplace();
  if (node->size() + reader.value().size() > kLongestNode) {
    return absl::InvalidArgumentError(
        absl::StrCat("`node` is longer than ", kLongestNode,
                     " bytes; give the proxy less metadata, or fewer extensions"));
  }
  node->append(reader.value().data(), reader.value().size());
  return absl::OkStatus();
}

absl::Status ReadInitialVersion(const FieldReader& reader, XdsRequest& request) {
  std::pair<absl::string_view, absl::string_view> entry;
  FieldReader fields(reader.value());
  while (fields.Next()) {
    if (fields.number() == kMapKey) entry.first = fields.value();
    if (fields.number() == kMapValue) entry.second = fields.value();
  }
  if (!fields.ok() || !IsUtf8(entry.first)) return Malformed("initial_resource_versions");
  request.initial_versions.push_back(entry);
  return CheckName(entry.first);
}

absl::Status ReadSotwField(const FieldReader& reader, XdsRequest& request) {
  switch (reader.number()) {
    case kSotwVersion:
      return ReadText(reader, "version_info", request.version_info);
    case kSotwNode:
      return ReadNode(reader, request.node);
    case kSotwNames:
      return AppendName(reader, request.names);
    case kSotwTypeUrl:
      return ReadText(reader, "type_url", request.type_url);
    case kSotwNonce:
      return ReadText(reader, "response_nonce", request.nonce);
    case kSotwError:
      return ReadError(reader, request.error);
    default:
      return absl::OkStatus();
  }
}

absl::Status ReadDeltaField(const FieldReader& reader, XdsRequest& request) {
  switch (reader.number()) {
    case kDeltaNode:
      return ReadNode(reader, request.node);
    case kDeltaTypeUrl:
      return ReadText(reader, "type_url", request.type_url);
    case kDeltaSubscribe:
      return AppendName(reader, request.names);
    case kDeltaUnsubscribe:
      return AppendName(reader, request.unsubscribe);
    case kDeltaInitialVersions:
      return ReadInitialVersion(reader, request);
    case kDeltaNonce:
      return ReadText(reader, "response_nonce", request.nonce);
    case kDeltaError:
      return ReadError(reader, request.error);
    default:
      return absl::OkStatus();
  }
}

// As soon as it is so: a name on the wire may be two bytes.
bool HasTooManyNames(const XdsRequest& request, size_t most) {
  return request.names.size() > most || request.unsubscribe.size() > most ||
         request.initial_versions.size() > most;
}

absl::StatusOr<XdsRequest> Parse(absl::string_view message, size_t most_names,
                                 absl::Status (*read)(const FieldReader&, XdsRequest&)) {
  XdsRequest request;
  FieldReader reader(message);
  while (reader.Next()) {
    const absl::Status status = read(reader, request);
    if (!status.ok()) return status;
    if (HasTooManyNames(request, most_names)) return TooManyNames(most_names);
  }
  if (!reader.ok()) return Malformed("its wire format");
  return request;
}

}  // namespace

void ResourceNames::Append(absl::string_view field) {
  ++count_;
  if (joined_.empty() && run_.empty()) {
    run_ = field;
  } else if (joined_.empty() && run_.data() + run_.size() == field.data()) {
    run_ = absl::string_view(run_.data(), run_.size() + field.size());
  } else {
    if (joined_.empty()) joined_ = std::string(run_);
    joined_.append(field.data(), field.size());
  }
}

void ResourceNames::ForEach(absl::FunctionRef<void(absl::string_view)> visit) const {
  for (FieldReader reader(bytes()); reader.Next();) visit(reader.value());
}

uint64_t ResourceNames::Digest() const {
  // Nobody can make two lists with one digest without the seed.
  static const uint64_t seed = absl::Uniform<uint64_t>(absl::BitGen());
  return XXH3_64bits_withSeed(bytes().data(), bytes().size(), seed);
}

absl::StatusOr<XdsRequest> ParseSotwRequest(absl::string_view message, size_t most_names) {
  return Parse(message, most_names, ReadSotwField);
}

absl::StatusOr<XdsRequest> ParseDeltaRequest(absl::string_view message, size_t most_names) {
  return Parse(message, most_names, ReadDeltaField);
}

absl::Status CheckSaysNode(const XdsRequest& first) {
  if (first.node.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError("the first message of a stream needs `node` (ST4)");
}

absl::Status TooManyNames(size_t most_names) {
  return absl::ResourceExhaustedError(
      absl::StrCat("more than ", most_names,
                   " resource names on one stream; subscribe to fewer, or raise --max-xds-names"));
}

}  // namespace fairlead
