#include "server/static_resources/redaction.h"

#include <google/protobuf/message.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "server/base/envoy_types.h"
#include "udpa/annotations/sensitive.pb.h"

namespace fairlead {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Deeper than any configuration; what is below is taken for a secret.
constexpr int kDeepest = 64;

// Where a secret is, not what it is.
constexpr absl::string_view kPlaces[] = {
    "envoy.config.core.v3.DataSource.filename",
    "envoy.config.core.v3.DataSource.environment_variable",
    "envoy.config.core.v3.WatchedDirectory.path",
};

// Parts of names, in lower case and without underscores.
constexpr absl::string_view kSecretNames[] = {
    "privatekey",   "password", "passphrase",   "secret",        "accesstoken",
    "refreshtoken", "pkcs12",   "clientsecret", "sessiontoken",  "backendtoken",
    "jsonkey",      "hmac",     "apikey",       "authorization",
};

bool IsSecretName(absl::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c != '_' && c != '-') letters.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return std::any_of(std::begin(kSecretNames), std::end(kSecretNames),
                     [&](absl::string_view part) { return absl::StrContains(letters, part); });
}

bool HasPrivateKey(absl::string_view text) { return absl::StrContains(text, "PRIVATE KEY-----"); }

// Names of resources, of filters and of files are no secrets, whatever they are called.
bool IsSecretField(const FieldDescriptor& field) {
  if (field.options().GetExtension(udpa::annotations::sensitive)) return true;
  const bool holds_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return holds_text && !absl::EndsWith(field.name(), "name") && IsSecretName(field.name());
}

bool IsPlace(const FieldDescriptor& field) {
  return std::find(std::begin(kPlaces), std::end(kPlaces), field.full_name()) != std::end(kPlaces);
}

// Calls `visit(index)` for each of a field's values; -1: it is not repeated.
template <typename Visit>
void ForEachValue(const Message& message, const FieldDescriptor& field, Visit visit) {
  if (!field.is_repeated()) return visit(-1);
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) visit(i);
}

class Redactor {
 public:
  void Visit(Message& message, bool secret, int depth) {
    if (message.GetDescriptor()->full_name() == "google.protobuf.Any") {
      return VisitAny(message, secret, depth);
    }
    const bool is_entry = message.GetDescriptor()->options().map_entry();
    const bool is_secret_entry = is_entry && IsSecretName(KeyOf(message));
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (is_entry && field->number() == 1) continue;
      VisitField(message, *field, secret || is_secret_entry || IsSecretField(*field), depth);
    }
  }

 private:
  static std::string KeyOf(const Message& entry) {
    const FieldDescriptor& key = *entry.GetDescriptor()->map_key();
    if (key.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return "";
    return entry.GetReflection()->GetString(entry, &key);
  }

  void VisitField(Message& message, const FieldDescriptor& field, bool secret, int depth) {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        ForEachValue(message, field, [&](int i) {
          Visit(i < 0 ? *reflection.MutableMessage(&message, &field)
                      : *reflection.MutableRepeatedMessage(&message, &field, i),
                secret || depth > kDeepest, depth + 1);
        });
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        ForEachValue(message, field, [&](int i) { RedactText(message, field, secret, i); });
        break;
      default:
        // Digits may be a secret, and nothing else that is told here.
        if (secret) reflection.ClearField(&message, &field);
    }
  }

  static void RedactText(Message& message, const FieldDescriptor& field, bool secret, int i) {
    const Reflection& reflection = *message.GetReflection();
    const std::string text = i < 0 ? reflection.GetString(message, &field)
                                   : reflection.GetRepeatedString(message, &field, i);
    if (!(secret && !IsPlace(field)) && !HasPrivateKey(text)) return;
    if (i < 0) {
      reflection.SetString(&message, &field, kRedacted);
    } else {
      reflection.SetRepeatedString(&message, &field, i, kRedacted);
    }
  }

  void VisitAny(Message& any, bool secret, int depth) {
    const Reflection& reflection = *any.GetReflection();
    const FieldDescriptor* const url = any.GetDescriptor()->FindFieldByNumber(1);
    const FieldDescriptor* const value = any.GetDescriptor()->FindFieldByNumber(2);
    const std::unique_ptr<Message> inner = NewEnvoyMessage(reflection.GetString(any, url));
    if (inner == nullptr || depth > kDeepest ||
        !inner->ParseFromString(reflection.GetString(any, value))) {
      google::protobuf::StringValue word;
      word.set_value(kRedacted);
      reflection.SetString(&any, url, "type.googleapis.com/google.protobuf.StringValue");
      reflection.SetString(&any, value, word.SerializeAsString());
      return;
    }
    inner->DiscardUnknownFields();
    Visit(*inner, secret, depth + 1);
    reflection.SetString(&any, value, SortedBytes(*inner));
  }
};

// Whether a text or bytes anywhere within is the word for what was taken out.
bool HasRedacted(const Message& message, int depth) {
  const Reflection& reflection = *message.GetReflection();
  if (message.GetDescriptor()->full_name() == "google.protobuf.Any") {
    google::protobuf::Any any;
    if (depth > kDeepest || !any.ParseFromString(message.SerializeAsString())) return false;
    const std::unique_ptr<Message> inner = NewEnvoyMessage(any.type_url());
    return inner != nullptr && inner->ParseFromString(any.value()) &&
           HasRedacted(*inner, depth + 1);
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  bool has = false;
  for (const FieldDescriptor* field : fields) {
    ForEachValue(message, *field, [&](int i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        has |= (i < 0 ? reflection.GetString(message, field)
                      : reflection.GetRepeatedString(message, field, i)) == kRedacted;
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && depth <= kDeepest) {
        has |= HasRedacted(i < 0 ? reflection.GetMessage(message, field)
                                 : reflection.GetRepeatedMessage(message, field, i),
                           depth + 1);
      }
    });
  }
  return has;
}

}  // namespace

google::protobuf::Any Redacted(const google::protobuf::Any& resource) {
  google::protobuf::Any shown = resource;
  Redactor().Visit(shown, /*secret=*/false, 0);
  return shown;
}

absl::Status CheckNotRedacted(const google::protobuf::Any& resource) {
  if (!HasRedacted(resource, 0)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "it has '[redacted]' where a secret was when it was listed; write the secret itself there");
}

}  // namespace fairlead
