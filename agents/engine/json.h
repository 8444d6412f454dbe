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

// Reads a list (a JSON array) as it comes, item by item, so that a long one is never in memory as a
// whole.
class JsonItems {
 public:
  // Called for each item with its text; `whole` is false if the item has more than `largest_item`
  // bytes: then it is the first 1 KiB of it. An error ends the reading.
  using OnItem = std::function<absl::Status(absl::string_view item, bool whole)>;

  // `what` is for messages: "GET /containers/json".
  JsonItems(std::string what, size_t largest_item, OnItem on_item);

  // The next bytes of the text. After an error: the same again. DATA_LOSS if it is no list.
  absl::Status Take(absl::string_view bytes);
  // There are no more bytes. DATA_LOSS if the list is not whole.
  absl::Status End();

 private:
  absl::Status TakeByte(char c);
  absl::Status EndItem();
  void Follow(char c);

  const std::string what_;
  const size_t largest_item_;
  const OnItem on_item_;
  absl::Status status_;
  std::string item_;
  size_t item_size_ = 0;
  size_t at_ = 0;  // bytes that were taken
  int depth_ = 0;  // 1: in the list itself
  bool in_string_ = false;
  bool escaped_ = false;
  bool first_ = true;   // no item was ended yet
  bool ended_ = false;  // the list's closing bracket was there
};

// The value at the end of a path of keys; null if any of them is absent.
const nlohmann::json* Find(const nlohmann::json& value, std::initializer_list<const char*> path);

// The same as text, number, object or array; what is absent, null or of another type is empty.
std::string Text(const nlohmann::json& value, std::initializer_list<const char*> path);
int64_t Number(const nlohmann::json& value, std::initializer_list<const char*> path);
const nlohmann::json& Object(const nlohmann::json& value, std::initializer_list<const char*> path);
const nlohmann::json& Array(const nlohmann::json& value, std::initializer_list<const char*> path);

}  // namespace fairlead
