#include "agents/engine/json.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr int kDeepest = 64;

// `text` is what there is around the place, and may be empty.
absl::Status Broken(absl::string_view what, size_t at, absl::string_view text,
                    absl::string_view why) {
  constexpr size_t kAround = 40;
  const size_t begin = std::min(at > kAround ? at - kAround : 0, text.size());
  const std::string around =
      text.empty() ? ""
                   : absl::StrCat("; it has '", Quoted(text.substr(begin, 2 * kAround)), "' there");
  return absl::DataLossError(absl::StrCat(what, ": the engine's answer is no usable JSON at byte ",
                                          at, ": ", why, around));
}

absl::Status CheckDepth(absl::string_view text, absl::string_view what) {
  int depth = 0;
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return Broken(what, at, text, "it nests too deeply");
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<nlohmann::json> Parse(absl::string_view text, absl::string_view what,
                                     const nlohmann::json::parser_callback_t& keep) {
  const absl::Status depth = CheckDepth(text, what);
  if (!depth.ok()) return depth;
  try {
    return nlohmann::json::parse(text.begin(), text.end(), keep);
  } catch (const nlohmann::json::parse_error& error) {
    return Broken(what, error.byte, text, "it cannot be parsed");
  } catch (const nlohmann::json::exception& error) {  // a number beyond all types, such as 1e999
    return Broken(what, 0, text, error.what());
  }
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

const nlohmann::json& OfType(const nlohmann::json* found, nlohmann::json::value_t type,
                             const nlohmann::json& otherwise) {
  return found != nullptr && found->type() == type ? *found : otherwise;
}

}  // namespace

absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text, absl::string_view what) {
  return Parse(text, what, nullptr);
}

absl::StatusOr<nlohmann::json> ParseJsonWithout(absl::string_view left_out, absl::string_view text,
                                                absl::string_view what) {
  using Event = nlohmann::json::parse_event_t;
  return Parse(text, what, [left_out](int, Event event, const nlohmann::json& value) {
    return event != Event::key || value.get_ref<const std::string&>() != left_out;
  });
}

JsonItems::JsonItems(std::string what, size_t largest_item, OnItem on_item)
    : what_(std::move(what)), largest_item_(largest_item), on_item_(std::move(on_item)) {}

absl::Status JsonItems::Take(absl::string_view bytes) {
  for (const char c : bytes) {
    if (!status_.ok()) break;
    status_ = TakeByte(c);
    ++at_;
  }
  return status_;
}

absl::Status JsonItems::End() {
  if (status_.ok() && !ended_) status_ = Broken(what_, at_, "", "it is not a whole list");
  return status_;
}

absl::Status JsonItems::TakeByte(char c) {
  constexpr size_t kBeginning = 1024;
  if (depth_ == 0 || ended_) {
    if (IsSpace(c)) return absl::OkStatus();
    if (c != '[' || ended_) return Broken(what_, at_, "", "it is not a list");
    depth_ = 1;
    return absl::OkStatus();
  }
  if (depth_ == 1 && !in_string_ && (c == ',' || c == ']')) {
    // "[]" has no item; "[1,]" has one that cannot be parsed.
    const bool none = c == ']' && first_ && item_.empty();
    ended_ = c == ']';
    first_ = false;
    return none ? absl::OkStatus() : EndItem();
  }
  Follow(c);
  if (item_size_ == 0 && IsSpace(c)) return absl::OkStatus();
  ++item_size_;
  if (item_size_ <= largest_item_) {
    item_.push_back(c);
  } else if (item_.size() > kBeginning) {
    item_.resize(kBeginning);
    item_.shrink_to_fit();
  }
  return absl::OkStatus();
}

void JsonItems::Follow(char c) {
  if (in_string_) {
    const bool quotes = c == '"' && !escaped_;
    escaped_ = c == '\\' && !escaped_;
    in_string_ = !quotes;
  } else if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    --depth_;
  }
}

absl::Status JsonItems::EndItem() {
  const bool whole = item_size_ <= largest_item_;
  const absl::Status taken = on_item_(item_, whole);
  item_.clear();
  item_size_ = 0;
  return taken;
}

const nlohmann::json* Find(const nlohmann::json& value, std::initializer_list<const char*> path) {
  const nlohmann::json* found = &value;
  for (const char* key : path) {
    if (!found->is_object()) return nullptr;
    const auto next = found->find(key);
    if (next == found->end()) return nullptr;
    found = &*next;
  }
  return found;
}

std::string Text(const nlohmann::json& value, std::initializer_list<const char*> path) {
  const nlohmann::json* found = Find(value, path);
  return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

int64_t Number(const nlohmann::json& value, std::initializer_list<const char*> path) {
  const nlohmann::json* found = Find(value, path);
  return found != nullptr && found->is_number_integer() ? found->get<int64_t>() : 0;
}

const nlohmann::json& Object(const nlohmann::json& value, std::initializer_list<const char*> path) {
  static const nlohmann::json kEmpty = nlohmann::json::object();
  return OfType(Find(value, path), nlohmann::json::value_t::object, kEmpty);
}

const nlohmann::json& Array(const nlohmann::json& value, std::initializer_list<const char*> path) {
  static const nlohmann::json kEmpty = nlohmann::json::array();
  return OfType(Find(value, path), nlohmann::json::value_t::array, kEmpty);
}

}  // namespace fairlead
