#include "server/validation/validate.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "server/base/envoy_types.h"
#include "server/base/log.h"
#include "server/validation/envoy_demands.h"
#include "server/validation/rules.h"
#include "validate/validate.pb.h"

namespace fairlead {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

// Deeper than any configuration; a guard of the stack.
constexpr int kDeepest = 64;

// What there is to look at in messages of one type.
struct Plan {
  struct Field {
    const FieldDescriptor* field = nullptr;
    const validate::FieldRules* rules = nullptr;  // null: none
    const Plan* within = nullptr;                 // null: no need to look into it
  };

  bool is_any = false;
  Demand demand = nullptr;
  std::vector<const OneofDescriptor*> required;
  std::vector<Field> fields;
  // Whether there is anything at all, here or further down.
  bool matters = false;
};

// A type's plan and those of all types within it, made when it is first asked for.
class Plans {
 public:
  const Plan& Of(const Descriptor& type) {
    absl::MutexLock lock(&mutex_);
    const auto found = plans_.find(&type);
    if (found != plans_.end()) return *found->second;
    std::vector<Plan*> made;
    const Plan& plan = Make(type, made);
    // Types contain each other, so what matters spreads until nothing new does. Those made earlier
    // have settled: they contain none of these.
    bool spreads = true;
    while (spreads) {
      spreads = false;
      for (Plan* const each : made) {
        if (each->matters || !Matters(*each)) continue;
        each->matters = true;
        spreads = true;
      }
    }
    for (Plan* const each : made) Prune(*each);
    return plan;
  }

 private:
  Plan& Make(const Descriptor& type, std::vector<Plan*>& made)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::unique_ptr<Plan>& place = plans_[&type];
    if (place != nullptr) return *place;
    place = std::make_unique<Plan>();
    Plan& plan = *place;
    made.push_back(&plan);
    plan.is_any = type.full_name() == "google.protobuf.Any";
    if (plan.is_any || IsExempt(type)) return plan;
    plan.demand = DemandOn(type);
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
      if (type.oneof_decl(i)->options().GetExtension(validate::required)) {
        plan.required.push_back(type.oneof_decl(i));
      }
    }
    for (int i = 0; i < type.field_count(); ++i)
      plan.fields.push_back(FieldOf(*type.field(i), made));
    return plan;
  }

  Plan::Field FieldOf(const FieldDescriptor& field, std::vector<Plan*>& made)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Plan::Field planned{&field};
    if (field.options().HasExtension(validate::rules)) {
      planned.rules = &field.options().GetExtension(validate::rules);
    }
    const bool skipped = planned.rules != nullptr && planned.rules->message().skip();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !skipped) {
      planned.within = &Make(*field.message_type(), made);
    }
    return planned;
  }

  static bool IsExempt(const Descriptor& type) {
    return type.options().GetExtension(validate::disabled) ||
           type.options().GetExtension(validate::ignored);
  }

  static bool Matters(const Plan& plan) {
    return plan.is_any || plan.demand != nullptr || !plan.required.empty() ||
           std::any_of(plan.fields.begin(), plan.fields.end(), [](const Plan::Field& field) {
             return field.rules != nullptr || (field.within != nullptr && field.within->matters);
           });
  }

  static void Prune(Plan& plan) {
    for (Plan::Field& field : plan.fields) {
      if (field.within != nullptr && !field.within->matters) field.within = nullptr;
    }
    std::erase_if(plan.fields, [](const Plan::Field& field) {
      return field.rules == nullptr && field.within == nullptr;
    });
    plan.fields.shrink_to_fit();
  }

  absl::Mutex mutex_;
  // Descriptors live as long as the process; so do these.
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<Plan>> plans_ ABSL_GUARDED_BY(mutex_);
};

const Plan& PlanOf(const Descriptor& type) {
  static Plans& plans = *new Plans;
  return plans.Of(type);
}

// An empty message of the type: of generated code if there is any. Null: Envoy has no such type.
std::unique_ptr<Message> NewMessageOf(const std::string& type_url) {
  const std::string name = type_url.substr(type_url.rfind('/') + 1);
  const Descriptor* const type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr) return NewEnvoyMessage(type_url);
  const Message* const prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  return std::unique_ptr<Message>(prototype->New());
}

absl::optional<Violation> Visit(const Message& message, const Plan& plan, int depth);

absl::optional<Violation> VisitAny(const Message& any, int depth) {
  const Reflection& reflection = *any.GetReflection();
  const std::string url = reflection.GetString(any, any.GetDescriptor()->FindFieldByNumber(1));
  const std::unique_ptr<Message> inner = NewMessageOf(url);
  if (inner == nullptr) return absl::nullopt;
  if (!inner->ParseFromString(
          reflection.GetString(any, any.GetDescriptor()->FindFieldByNumber(2)))) {
    return Violation{"", absl::StrCat("its bytes are no ", inner->GetTypeName())};
  }
  const Plan& plan = PlanOf(*inner->GetDescriptor());
  return plan.matters ? Visit(*inner, plan, depth + 1) : absl::nullopt;
}

absl::optional<Violation> VisitField(const Message& message, const Reflection& reflection,
                                     const Plan::Field& planned, int depth) {
  const FieldDescriptor& field = *planned.field;
  if (planned.rules != nullptr) {
    absl::optional<Violation> wrong = CheckField(message, reflection, field, *planned.rules);
    if (wrong.has_value()) return wrong;
  }
  if (planned.within == nullptr) return absl::nullopt;
  if (!field.is_repeated()) {
    if (!reflection.HasField(message, &field)) return absl::nullopt;
    absl::optional<Violation> wrong =
        Visit(reflection.GetMessage(message, &field), *planned.within, depth + 1);
    if (wrong.has_value()) wrong = std::move(*wrong).Under(field.name());
    return wrong;
  }
  const int size = reflection.FieldSize(message, &field);
  for (int i = 0; i < size; ++i) {
    absl::optional<Violation> wrong =
        Visit(reflection.GetRepeatedMessage(message, &field, i), *planned.within, depth + 1);
    if (wrong.has_value()) return std::move(*wrong).Under(ElementOf(field, i));
  }
  return absl::nullopt;
}

absl::optional<Violation> Visit(const Message& message, const Plan& plan, int depth) {
  if (depth > kDeepest) {
    return Violation{"", absl::StrCat("it is nested deeper than ", kDeepest, " messages")};
  }
  if (plan.is_any) return VisitAny(message, depth);
  const Reflection& reflection = *message.GetReflection();
  for (const OneofDescriptor* const oneof : plan.required) {
    if (!reflection.HasOneof(message, oneof)) {
      return Violation{oneof->name(), "none of its fields is set, and one must be"};
    }
  }
  for (const Plan::Field& field : plan.fields) {
    absl::optional<Violation> wrong = VisitField(message, reflection, field, depth);
    if (wrong.has_value()) return wrong;
  }
  return plan.demand != nullptr ? plan.demand(message) : absl::nullopt;
}

}  // namespace

absl::Status Validate(const Message& message) {
  const Plan& plan = PlanOf(*message.GetDescriptor());
  absl::optional<Violation> wrong = Visit(message, plan, 0);
  const Demand demand = DemandOnResource(*message.GetDescriptor());
  if (!wrong.has_value() && demand != nullptr) wrong = demand(message);
  if (!wrong.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      wrong->path.empty() ? wrong->what : absl::StrCat(wrong->path, ": ", wrong->what));
}

absl::Status ValidateBytes(absl::string_view type_url, absl::string_view bytes) {
  const std::unique_ptr<Message> message = NewMessageOf(std::string(type_url));
  if (message == nullptr) return absl::OkStatus();
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError(absl::StrCat("its bytes are no ", message->GetTypeName()));
  }
  return Validate(*message);
}

}  // namespace fairlead
