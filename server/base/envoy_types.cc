#include "server/base/envoy_types.h"

#include <google/protobuf/descriptor_database.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {

// A FileDescriptorSet, made by the build.
extern const char kEnvoyDescriptors[];
extern const size_t kEnvoyDescriptorsSize;

namespace {

using google::protobuf::util::TypeResolver;

constexpr char kPrefix[] = "type.googleapis.com";
constexpr char kAny[] = "type.googleapis.com/google.protobuf.Any";

// Files are parsed when one of their types is asked for.
struct Types {
  Types() {
    google::protobuf::io::CodedInputStream input(
        reinterpret_cast<const uint8_t*>(kEnvoyDescriptors),
        static_cast<int>(kEnvoyDescriptorsSize));
    // Field 1, FileDescriptorProto, again and again.
    uint32_t size = 0;
    while (input.ReadTag() != 0 && input.ReadVarint32(&size)) {
      const void* file = nullptr;
      int left = 0;
      if (!input.GetDirectBufferPointer(&file, &left)) break;
      files.Add(file, static_cast<int>(size));
      if (!input.Skip(static_cast<int>(size))) break;
    }
  }

  google::protobuf::EncodedDescriptorDatabase files;
  google::protobuf::DescriptorPool pool{&files};
  google::protobuf::DynamicMessageFactory messages{&pool};
  const std::unique_ptr<TypeResolver> resolver{
      google::protobuf::util::NewTypeResolverForDescriptorPool(kPrefix, &pool)};
};

Types& AllTypes() {
  static Types& types = *new Types;
  return types;
}

// Deeper than any configuration; what is below stays as it is.
constexpr int kDeepest = 64;

// The bytes within each Any are SortedBytes then.
void SortWithin(google::protobuf::Message& message, int depth) {
  if (depth > kDeepest) return;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (message.GetDescriptor()->full_name() == "google.protobuf.Any") {
    const auto* const url = message.GetDescriptor()->FindFieldByNumber(1);
    const auto* const value = message.GetDescriptor()->FindFieldByNumber(2);
    const auto inner = NewEnvoyMessage(reflection.GetString(message, url));
    if (inner == nullptr || !inner->ParseFromString(reflection.GetString(message, value))) return;
    SortWithin(*inner, depth + 1);
    reflection.SetString(&message, value, SortedBytes(*inner));
    return;
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      SortWithin(*reflection.MutableMessage(&message, field), depth + 1);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      SortWithin(*reflection.MutableRepeatedMessage(&message, field, i), depth + 1);
    }
  }
}

}  // namespace

const google::protobuf::DescriptorPool& EnvoyTypes() { return AllTypes().pool; }

std::unique_ptr<google::protobuf::Message> NewEnvoyMessage(absl::string_view type_url) {
  const size_t slash = type_url.rfind('/');
  const std::string name(slash == absl::string_view::npos ? type_url : type_url.substr(slash + 1));
  const google::protobuf::Descriptor* const type = EnvoyTypes().FindMessageTypeByName(name);
  if (type == nullptr) return nullptr;
  return std::unique_ptr<google::protobuf::Message>(AllTypes().messages.GetPrototype(type)->New());
}

std::string SortedBytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&output);
  }
  return bytes;
}

absl::StatusOr<std::string> JsonOf(const google::protobuf::Any& any) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(
      AllTypes().resolver.get(), kAny, any.SerializeAsString(), &json, options);
  if (status.ok()) return json;
  return absl::InvalidArgumentError(absl::StrCat(std::string(status.message())));
}

absl::StatusOr<google::protobuf::Any> AnyOf(const std::string& json) {
  std::string bytes;
  const auto status =
      google::protobuf::util::JsonToBinaryString(AllTypes().resolver.get(), kAny, json, &bytes);
  if (!status.ok()) return absl::InvalidArgumentError(std::string(status.message()));
  google::protobuf::Any any;
  if (!any.ParseFromString(bytes)) {
    return absl::InternalError("Protobuf made bytes of the JSON that it does not read");
  }
  SortWithin(any, 0);
  return any;
}

}  // namespace fairlead
