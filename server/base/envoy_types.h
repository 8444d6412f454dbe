#pragma once

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// Every message of Envoy's v3 API, of xDS and of Protobuf's well-known types, by description: also
// those of extensions that no code of ours uses. Thread-safe; the first call takes some 10 ms.
const google::protobuf::DescriptorPool& EnvoyTypes();

// An empty message of the type that `type_url` ends with, "type.googleapis.com/envoy...", which is
// no generated class: its fields are reached by reflection. Null: Envoy has no such type.
std::unique_ptr<google::protobuf::Message> NewEnvoyMessage(absl::string_view type_url);

// The message's bytes: of equal content the same, in the order of fields and of keys.
std::string SortedBytes(const google::protobuf::Message& message);

// The message in Protobuf's JSON, with the names of fields as in .proto files and "@type" for what
// is an Any; and back, to bytes that do not depend on the order in the text. INVALID_ARGUMENT: it
// is none, with Protobuf's words for the place.
absl::StatusOr<std::string> JsonOf(const google::protobuf::Any& any);
absl::StatusOr<google::protobuf::Any> AnyOf(const std::string& json);

}  // namespace fairlead
