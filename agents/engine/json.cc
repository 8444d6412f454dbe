#include "agents/engine/json.h"

#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr int kDeepest = 64;

absl::Status Broken(absl::string_view what, size_t at, absl::string_view text,
                    absl::string_view why) {
  constexpr size_t kAround = 40;
  const size_t begin = at > kAround ? at - kAround : 0;
  return absl::DataLossError(absl::StrCat(what, ": the engine's answer is no usable JSON at byte ",
                                          at, ": ", why, "; it has '",
                                          Quoted(text.substr(begin, 2 * kAround)), "' there"));
}

// Follows strings and brackets, nothing else: enough to know how deep a text goes and where an item
// ends.
class Brackets {
 public:
  void Take(char c) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
  }
  int depth() const { return depth_; }
  bool in_string() const { return in_string_; }

 private:
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

absl::Status CheckDepth(absl::string_view text, absl::string_view what) {
  Brackets brackets;
  for (size_t at = 0; at < text.size(); ++at) {
    brackets.Take(text[at]);
    if (brackets.depth() > kDeepest) return Broken(what, at, text, "it nests too deeply");
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

absl::string_view Trimmed(absl::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

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

absl::Status ForEachItem(absl::string_view text, absl::string_view what,
                         const std::function<absl::Status(absl::string_view item)>& on_item) {
  text = Trimmed(text);
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') {
    return Broken(what, 0, text, "it is not a whole list");
  }
  text = Trimmed(text.substr(1, text.size() - 2));
  if (text.empty()) return absl::OkStatus();
  Brackets brackets;
  size_t begin = 0;
  for (size_t at = 0; at <= text.size(); ++at) {
    const bool ends =
        at == text.size() || (text[at] == ',' && brackets.depth() == 0 && !brackets.in_string());
    if (ends) {
      const absl::Status taken = on_item(text.substr(begin, at - begin));
      if (!taken.ok()) return taken;
      begin = at + 1;
    } else {
      brackets.Take(text[at]);
    }
  }
  return absl::OkStatus();
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
