#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// JSON as an engine sends it: text from outside, so nothing here trusts its size, its depth or its
// types.

// Parses `text`, which may nest at most 64 levels. DATA_LOSS names `what` ("GET /containers/json")
// and the place.
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text, absl::string_view what);

// The same without the values of the keys named `left_out`, wherever they are: what is not needed
// and may be large is not kept.
absl::StatusOr<nlohmann::json> ParseJsonWithout(absl::string_view left_out, absl::string_view text,
                                                absl::string_view what);

// Calls `on_item` with the text of each item of the array `text`, so that a long list is never in
// memory as a whole. Ends with the first error that `on_item` returns. DATA_LOSS, as ParseJson, if
// it is no array.
absl::Status ForEachItem(absl::string_view text, absl::string_view what,
                         const std::function<absl::Status(absl::string_view item)>& on_item);

// The value at the end of a path of keys; null if any of them is absent.
const nlohmann::json* Find(const nlohmann::json& value, std::initializer_list<const char*> path);

// The same as text, number, object or array; what is absent, null or of another type is empty.
std::string Text(const nlohmann::json& value, std::initializer_list<const char*> path);
int64_t Number(const nlohmann::json& value, std::initializer_list<const char*> path);
const nlohmann::json& Object(const nlohmann::json& value, std::initializer_list<const char*> path);
const nlohmann::json& Array(const nlohmann::json& value, std::initializer_list<const char*> path);

}  // namespace fairlead
