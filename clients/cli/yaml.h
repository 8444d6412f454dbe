#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// YAML between files and JSON, for configuration of others whose form is not known here.

// `value` in block style, each line ended. Reads back as the same.
std::string YamlOf(const nlohmann::ordered_json& value);

// An item of a list.
struct YamlItem {
  nlohmann::ordered_json value;
  int line = 0;  // where it begins; the first is 1. 0: not known
};

// Reads a list, in YAML or JSON. A plain word that is JSON's number, true, false or null is that,
// every other one is a text; anchors are followed, tags are not. `name` is the file's, for
// messages. INVALID_ARGUMENT: it is neither, no list, or not fit for JSON; RESOURCE_EXHAUSTED: it
// is too deep, or its anchors make it too large. Each names the line where there is one.
absl::StatusOr<std::vector<YamlItem>> ParseYamlList(const std::string& text,
                                                    absl::string_view name);

}  // namespace fairlead
