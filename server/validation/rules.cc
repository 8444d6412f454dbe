#include "server/validation/rules.h"

#include <google/protobuf/duration.pb.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fairlead {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

using Wrong = absl::optional<std::string>;

template <typename Value, typename Values>
bool Contains(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// ---- numbers ----

template <typename Value, typename Rules>
Wrong CheckRange(Value value, const Rules& rules) {
  const bool has_low = rules.has_gt() || rules.has_gte();
  const bool has_high = rules.has_lt() || rules.has_lte();
  const Value low = rules.has_gt() ? rules.gt() : rules.gte();
  const Value high = rules.has_lt() ? rules.lt() : rules.lte();
  const bool above = rules.has_gt() ? value > low : value >= low;
  const bool below = rules.has_lt() ? value < high : value <= high;
  const std::string least = absl::StrCat(rules.has_gt() ? "greater than " : "at least ", low);
  const std::string most = absl::StrCat(rules.has_lt() ? "less than " : "at most ", high);
  if (has_low && has_high) {
    // Bounds the wrong way round: what lies between them is refused.
    if (high < low) {
      if (above || below) return absl::nullopt;
      return absl::StrCat("it is ", value, "; it must be ", most, " or ", least);
    }
    if (above && below) return absl::nullopt;
    return absl::StrCat("it is ", value, "; it must be ", least, " and ", most);
  }
  if (has_low && !above) return absl::StrCat("it is ", value, "; it must be ", least);
  if (has_high && !below) return absl::StrCat("it is ", value, "; it must be ", most);
  return absl::nullopt;
}

// NaN is outside of every range, as for protoc-gen-validate.
template <typename Value, typename Rules>
Wrong CheckNumber(Value value, const Rules& rules) {
  if (rules.ignore_empty() && value == 0) return absl::nullopt;
  if (rules.has_const_() && value != rules.const_()) {
    return absl::StrCat("it is ", value, "; it must be ", rules.const_());
  }
  if (!rules.in().empty() && !Contains(rules.in(), value)) {
    return absl::StrCat("it is ", value, ", which is none of the values that it may have");
  }
  if (Contains(rules.not_in(), value)) return absl::StrCat("it is ", value, ", which is refused");
  return CheckRange(value, rules);
}

// ---- texts ----

size_t CodePoints(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

// Envoy's rules have a handful of patterns, the same for as long as the process lives.
const RE2& PatternOf(const std::string& pattern) {
  static absl::Mutex mutex;
  static auto& patterns = *new absl::flat_hash_map<std::string, std::unique_ptr<RE2>>;
  absl::MutexLock lock(&mutex);
  std::unique_ptr<RE2>& compiled = patterns[pattern];
  if (compiled == nullptr) compiled = std::make_unique<RE2>(pattern, RE2::Quiet);
  return *compiled;
}

// Source: protoc-gen-validate, templates/shared/well_known.go: ^:?[0-9a-zA-Z!#$%&'*+-.^_|~`]+$
// where
// `+-.` is a range.
bool IsHeaderName(absl::string_view text) {
  absl::ConsumePrefix(&text, ":");
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains("!#$%&'*+,-.^_|~`", absl::string_view(&c, 1));
  });
}

// Source as above.
bool IsHeaderText(absl::string_view text, bool strict) {
  return std::none_of(text.begin(), text.end(), [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (strict) return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    return byte == 0 || byte == '\n' || byte == '\r';
  });
}

Wrong CheckWellKnown(const std::string& text, const validate::StringRules& rules) {
  switch (rules.well_known_regex()) {
    case validate::HTTP_HEADER_NAME:
      if (rules.strict() ? IsHeaderName(text) : IsHeaderText(text, false)) return absl::nullopt;
      return "it is no name of an HTTP header";
    case validate::HTTP_HEADER_VALUE:
      if (IsHeaderText(text, rules.strict())) return absl::nullopt;
      return "it is no value of an HTTP header; control characters and line breaks must not be in "
             "it";
    default:
      return absl::nullopt;
  }
}

std::string Bytes(uint64_t count) { return absl::StrCat(count, count == 1 ? " byte" : " bytes"); }
std::string Characters(uint64_t count) {
  return absl::StrCat(count, count == 1 ? " character" : " characters");
}

// `size` in the unit that `words` names.
template <typename Words>
Wrong CheckSize(uint64_t size, absl::optional<uint64_t> exact, absl::optional<uint64_t> least,
                absl::optional<uint64_t> most, Words words) {
  const auto has = [&] { return size == 0 ? "it is empty" : absl::StrCat("it has ", words(size)); };
  if (exact.has_value() && size != *exact) {
    return absl::StrCat(has(), "; it needs exactly ", words(*exact));
  }
  if (least.has_value() && size < *least) {
    return absl::StrCat(has(), "; it needs at least ", words(*least));
  }
  if (most.has_value() && size > *most) {
    return absl::StrCat(has(), "; it may have ", words(*most), " at most");
  }
  return absl::nullopt;
}

#define FAIRLEAD_RULE(rules, name) \
  ((rules).has_##name() ? absl::optional<uint64_t>((rules).name()) : absl::nullopt)

Wrong CheckText(const std::string& text, const validate::StringRules& rules) {
  if (rules.ignore_empty() && text.empty()) return absl::nullopt;
  if (rules.has_const_() && text != rules.const_()) {
    return absl::StrCat("it must be '", rules.const_(), "'");
  }
  if (rules.has_len() || rules.has_min_len() || rules.has_max_len()) {
    Wrong wrong =
        CheckSize(CodePoints(text), FAIRLEAD_RULE(rules, len), FAIRLEAD_RULE(rules, min_len),
                  FAIRLEAD_RULE(rules, max_len), Characters);
    if (wrong.has_value()) return wrong;
  }
  Wrong wrong = CheckSize(text.size(), FAIRLEAD_RULE(rules, len_bytes),
                          FAIRLEAD_RULE(rules, min_bytes), FAIRLEAD_RULE(rules, max_bytes), Bytes);
  if (wrong.has_value()) return wrong;
  if (!absl::StartsWith(text, rules.prefix())) {
    return absl::StrCat("it must begin with '", rules.prefix(), "'");
  }
  if (!absl::EndsWith(text, rules.suffix())) {
    return absl::StrCat("it must end with '", rules.suffix(), "'");
  }
  if (!absl::StrContains(text, rules.contains())) {
    return absl::StrCat("'", rules.contains(), "' must be in it");
  }
  if (rules.has_not_contains() && absl::StrContains(text, rules.not_contains())) {
    return absl::StrCat("'", rules.not_contains(), "' must not be in it");
  }
  if (!rules.in().empty() && !Contains(rules.in(), text)) {
    return "it is none of the values that it may have";
  }
  if (Contains(rules.not_in(), text)) return "it is a value that is refused";
  if (rules.has_pattern() && !RE2::PartialMatch(text, PatternOf(rules.pattern()))) {
    return absl::StrCat("it does not match ", rules.pattern());
  }
  return CheckWellKnown(text, rules);
}

Wrong CheckBytes(const std::string& bytes, const validate::BytesRules& rules) {
  if (rules.ignore_empty() && bytes.empty()) return absl::nullopt;
  return CheckSize(bytes.size(), FAIRLEAD_RULE(rules, len), FAIRLEAD_RULE(rules, min_len),
                   FAIRLEAD_RULE(rules, max_len), Bytes);
}

// ---- messages of Protobuf's own ----

// As a number: fields 1 and 2 of Duration are seconds and nanoseconds.
__int128 Nanoseconds(const google::protobuf::Duration& duration) {
  return static_cast<__int128>(duration.seconds()) * 1'000'000'000 + duration.nanos();
}

google::protobuf::Duration DurationOf(const Message& message) {
  const auto& fields = *message.GetDescriptor();
  google::protobuf::Duration duration;
  duration.set_seconds(message.GetReflection()->GetInt64(message, fields.FindFieldByNumber(1)));
  duration.set_nanos(message.GetReflection()->GetInt32(message, fields.FindFieldByNumber(2)));
  return duration;
}

std::string Words(const google::protobuf::Duration& duration) {
  return absl::FormatDuration(absl::Seconds(duration.seconds()) +
                              absl::Nanoseconds(duration.nanos()));
}

Wrong CheckDuration(const Message& message, const validate::DurationRules& rules) {
  const google::protobuf::Duration duration = DurationOf(message);
  const __int128 value = Nanoseconds(duration);
  const auto wrong = [&](absl::string_view word, const google::protobuf::Duration& bound) {
    return absl::StrCat("it is ", Words(duration), "; it must be ", word, Words(bound));
  };
  if (rules.has_gt() && value <= Nanoseconds(rules.gt())) return wrong("greater than ", rules.gt());
  if (rules.has_gte() && value < Nanoseconds(rules.gte())) return wrong("at least ", rules.gte());
  if (rules.has_lt() && value >= Nanoseconds(rules.lt())) return wrong("less than ", rules.lt());
  if (rules.has_lte() && value > Nanoseconds(rules.lte())) return wrong("at most ", rules.lte());
  return absl::nullopt;
}

Wrong CheckAny(const Message& any, const validate::AnyRules& rules) {
  const std::string type =
      any.GetReflection()->GetString(any, any.GetDescriptor()->FindFieldByNumber(1));
  if (!rules.in().empty() && !Contains(rules.in(), type))
    return "its type is none that it may have";
  if (Contains(rules.not_in(), type)) return "its type is refused";
  return absl::nullopt;
}

// ---- one value ----

// Of a singular field, or one element of a repeated one.
struct Value {
  const Message& message;
  const Reflection& reflection;  // the message's
  const FieldDescriptor& field;
  int index = -1;  // -1: the field is singular
};

#define FAIRLEAD_GET(value, kind)                                      \
  ((value).index < 0                                                   \
       ? (value).reflection.Get##kind((value).message, &(value).field) \
       : (value).reflection.GetRepeated##kind((value).message, &(value).field, (value).index))

const std::string& TextOf(const Value& value, std::string& scratch) {
  return value.index < 0
             ? value.reflection.GetStringReference(value.message, &value.field, &scratch)
             : value.reflection.GetRepeatedStringReference(value.message, &value.field, value.index,
                                                           &scratch);
}

Wrong CheckEnum(const Value& value, const validate::EnumRules& rules) {
  const int number = FAIRLEAD_GET(value, EnumValue);
  if (rules.has_const_() && number != rules.const_()) {
    return absl::StrCat("it is ", number, "; it must be ", rules.const_());
  }
  if (rules.defined_only() && value.field.enum_type()->FindValueByNumber(number) == nullptr) {
    return absl::StrCat("it is ", number, ", which is no ", value.field.enum_type()->full_name());
  }
  if (!rules.in().empty() && !Contains(rules.in(), number)) {
    return absl::StrCat("it is ", number, ", which is none of the values that it may have");
  }
  if (Contains(rules.not_in(), number)) return absl::StrCat("it is ", number, ", which is refused");
  return absl::nullopt;
}

Wrong CheckValue(const Value& value, const validate::FieldRules& rules);

// Also what is within Protobuf's wrappers, such as UInt32Value, to which the rules of a number
// apply.
Wrong CheckMessage(const Value& value, const validate::FieldRules& rules) {
  const Message& message = FAIRLEAD_GET(value, Message);
  switch (rules.type_case()) {
    case validate::FieldRules::TYPE_NOT_SET:
    case validate::FieldRules::kTimestamp:  // Envoy's API has none
      return absl::nullopt;
    case validate::FieldRules::kAny:
      return CheckAny(message, rules.any());
    case validate::FieldRules::kDuration:
      return CheckDuration(message, rules.duration());
    default: {
      const FieldDescriptor* const wrapped = value.field.message_type()->FindFieldByNumber(1);
      if (wrapped == nullptr || wrapped->is_repeated()) return absl::nullopt;
      return CheckValue({message, *message.GetReflection(), *wrapped}, rules);
    }
  }
}

Wrong CheckValue(const Value& value, const validate::FieldRules& rules) {
  std::string scratch;
  switch (value.field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return CheckMessage(value, rules);
    case FieldDescriptor::CPPTYPE_ENUM:
      return CheckEnum(value, rules.enum_());
    case FieldDescriptor::CPPTYPE_STRING:
      if (rules.has_bytes()) return CheckBytes(TextOf(value, scratch), rules.bytes());
      return CheckText(TextOf(value, scratch), rules.string());
    case FieldDescriptor::CPPTYPE_BOOL:
      if (!rules.bool_().has_const_() || FAIRLEAD_GET(value, Bool) == rules.bool_().const_()) {
        return absl::nullopt;
      }
      return absl::StrCat("it must be ", rules.bool_().const_() ? "true" : "false");
    case FieldDescriptor::CPPTYPE_FLOAT:
      return CheckNumber(FAIRLEAD_GET(value, Float), rules.float_());
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return CheckNumber(FAIRLEAD_GET(value, Double), rules.double_());
    case FieldDescriptor::CPPTYPE_INT32:
      if (rules.has_sint32()) return CheckNumber(FAIRLEAD_GET(value, Int32), rules.sint32());
      if (rules.has_sfixed32()) return CheckNumber(FAIRLEAD_GET(value, Int32), rules.sfixed32());
      return CheckNumber(FAIRLEAD_GET(value, Int32), rules.int32());
    case FieldDescriptor::CPPTYPE_INT64:
      if (rules.has_sint64()) return CheckNumber(FAIRLEAD_GET(value, Int64), rules.sint64());
      if (rules.has_sfixed64()) return CheckNumber(FAIRLEAD_GET(value, Int64), rules.sfixed64());
      return CheckNumber(FAIRLEAD_GET(value, Int64), rules.int64());
    case FieldDescriptor::CPPTYPE_UINT32:
      if (rules.has_fixed32()) return CheckNumber(FAIRLEAD_GET(value, UInt32), rules.fixed32());
      return CheckNumber(FAIRLEAD_GET(value, UInt32), rules.uint32());
    case FieldDescriptor::CPPTYPE_UINT64:
      if (rules.has_fixed64()) return CheckNumber(FAIRLEAD_GET(value, UInt64), rules.fixed64());
      return CheckNumber(FAIRLEAD_GET(value, UInt64), rules.uint64());
  }
  return absl::nullopt;
}

// ---- fields ----

bool IsRequired(const validate::FieldRules& rules) {
  return rules.message().required() || rules.any().required() || rules.duration().required();
}

std::string Elements(uint64_t count) {
  return absl::StrCat(count, count == 1 ? " element" : " elements");
}

Wrong CheckUnique(const Message& message, const Reflection& reflection,
                  const FieldDescriptor& field) {
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    std::string key;
    std::string scratch;
    const Value value{message, reflection, field, i};
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        key = TextOf(value, scratch);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        key = absl::StrCat(FAIRLEAD_GET(value, UInt32));
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        key = absl::StrCat(FAIRLEAD_GET(value, Double));
        break;
      default:
        return absl::nullopt;  // Envoy's API has no others
    }
    if (!seen.insert(std::move(key)).second) {
      return absl::StrCat("element ", i, " is there twice; each must differ");
    }
  }
  return absl::nullopt;
}

absl::optional<Violation> CheckElements(const Message& message, const Reflection& reflection,
                                        const FieldDescriptor& field,
                                        const validate::RepeatedRules& rules) {
  const int size = reflection.FieldSize(message, &field);
  if (rules.ignore_empty() && size == 0) return absl::nullopt;
  Wrong wrong = CheckSize(size, absl::nullopt, FAIRLEAD_RULE(rules, min_items),
                          FAIRLEAD_RULE(rules, max_items), Elements);
  if (!wrong.has_value() && rules.unique()) wrong = CheckUnique(message, reflection, field);
  if (wrong.has_value()) return Violation{field.name(), *std::move(wrong)};
  if (!rules.has_items()) return absl::nullopt;
  for (int i = 0; i < size; ++i) {
    wrong = CheckValue({message, reflection, field, i}, rules.items());
    if (wrong.has_value()) return Violation{ElementOf(field, i), *std::move(wrong)};
  }
  return absl::nullopt;
}

absl::optional<Violation> CheckMap(const Message& message, const Reflection& reflection,
                                   const FieldDescriptor& field, const validate::MapRules& rules) {
  const int size = reflection.FieldSize(message, &field);
  if (rules.ignore_empty() && size == 0) return absl::nullopt;
  Wrong wrong = CheckSize(size, absl::nullopt, FAIRLEAD_RULE(rules, min_pairs),
                          FAIRLEAD_RULE(rules, max_pairs), Elements);
  if (wrong.has_value()) return Violation{field.name(), *std::move(wrong)};
  if (!rules.has_keys() && !rules.has_values()) return absl::nullopt;
  for (int i = 0; i < size; ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    const Reflection& of_entry = *entry.GetReflection();
    const auto& parts = *field.message_type();
    wrong = rules.has_keys() ? CheckValue({entry, of_entry, *parts.map_key()}, rules.keys())
                             : absl::nullopt;
    if (wrong.has_value()) {
      return Violation{ElementOf(field, i), absl::StrCat("of its key: ", *wrong)};
    }
    wrong = rules.has_values() ? CheckValue({entry, of_entry, *parts.map_value()}, rules.values())
                               : absl::nullopt;
    if (wrong.has_value()) return Violation{ElementOf(field, i), *std::move(wrong)};
  }
  return absl::nullopt;
}

}  // namespace

absl::optional<Violation> CheckField(const Message& message, const Reflection& reflection,
                                     const FieldDescriptor& field,
                                     const validate::FieldRules& rules) {
  if (field.is_map()) return CheckMap(message, reflection, field, rules.map());
  if (field.is_repeated()) return CheckElements(message, reflection, field, rules.repeated());
  if (field.has_presence() && !reflection.HasField(message, &field)) {
    // A member of a oneof that is not the one that is set is none that is missing.
    if (field.real_containing_oneof() != nullptr || !IsRequired(rules)) return absl::nullopt;
    return Violation{field.name(), "it is missing, and must be there"};
  }
  Wrong wrong = CheckValue({message, reflection, field}, rules);
  if (!wrong.has_value()) return absl::nullopt;
  return Violation{field.name(), *std::move(wrong)};
}

std::string ElementOf(const FieldDescriptor& field, int index) {
  return absl::StrCat(field.name(), "[", index, "]");
}

}  // namespace fairlead
