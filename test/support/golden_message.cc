#include "test/support/golden_message.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "test/support/files.h"

namespace fairlead {

void ExpectGoldenMessage(absl::string_view path, const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  // A map's keys have no order.
  const bool writes = std::getenv("FAIRLEAD_GOLDEN") != nullptr;
  if (writes ||
      nlohmann::json::parse(json) != nlohmann::json::parse(TestFile(path), nullptr, false)) {
    ExpectGolden(path, json);
  }
}

}  // namespace fairlead
