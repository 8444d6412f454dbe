#include "server/static_resources/known_any.h"

#include <google/protobuf/descriptor.h>

#include <string>

namespace fairlead {

std::unique_ptr<google::protobuf::Message> UnpackedIfKnown(const google::protobuf::Any& any) {
  std::string name;
  if (!google::protobuf::Any::ParseAnyTypeUrl(any.type_url(), &name)) return nullptr;
  const google::protobuf::Descriptor* const descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (descriptor == nullptr) return nullptr;
  std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  if (!message->ParseFromString(any.value())) return nullptr;
  return message;
}

}  // namespace fairlead
