#include "clients/cli/yaml.h"

#include <utf8proc.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using Json = nlohmann::ordered_json;

// More than any resource that fits in a request.
constexpr size_t kMostNodes = 1'000'000;
constexpr int kDeepest = 100;
constexpr char kNoUtf8[] = "a text in it is not UTF-8; write the file in UTF-8";

// ---- writing ----

// Whether a text may stand without quotes: letters first, nothing that YAML 1.1 or 1.2 reads
// otherwise.
bool IsPlain(const std::string& text) {
  if (text.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(text[0]))) return false;
  const bool harmless = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) ||
           absl::StrContains("_-./", absl::string_view(reinterpret_cast<char*>(&c), 1));
  });
  if (!harmless) return false;
  const std::string lower = absl::AsciiStrToLower(text);
  for (const char* word : {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}) {
    if (lower == word) return false;
  }
  return true;
}

// A JSON string is a double-quoted YAML one (YAML 1.2, 7.3.1).
std::string Quote(const std::string& text) { return IsPlain(text) ? text : Json(text).dump(); }

void Write(const Json& value, size_t indent, std::string& out);

// Behind "key:" or "-": on the same line, or a block below it.
void WriteBelow(const Json& value, size_t indent, bool in_list, std::string& out) {
  const bool is_block = value.is_structured() && !value.empty();
  if (!is_block) {
    out.push_back(' ');
    Write(value, indent, out);
    out.push_back('\n');
    return;
  }
  if (in_list) {
    // The first line of the block stands behind the dash.
    std::string block;
    Write(value, indent, block);
    absl::StrAppend(&out, " ", block.substr(indent));
    return;
  }
  out.push_back('\n');
  Write(value, indent, out);
}

// A block with its line ends, or the text of what fits on a line.
void Write(const Json& value, size_t indent, std::string& out) {
  if (value.is_object() && !value.empty()) {
    for (const auto& [key, item] : value.items()) {
      absl::StrAppend(&out, std::string(indent, ' '), Quote(key), ":");
      WriteBelow(item, indent + 2, /*in_list=*/false, out);
    }
  } else if (value.is_array() && !value.empty()) {
    for (const Json& item : value) {
      absl::StrAppend(&out, std::string(indent, ' '), "-");
      WriteBelow(item, indent + 2, /*in_list=*/true, out);
    }
  } else {
    absl::StrAppend(&out, value.is_string() ? Quote(value.get<std::string>()) : value.dump());
  }
}

// ---- reading ----

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    utf8proc_int32_t value = -1;
    const utf8proc_ssize_t length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), &value);
    if (length <= 0) return false;
    text.remove_prefix(static_cast<size_t>(length));
  }
  return true;
}

class Reader {
 public:
  explicit Reader(absl::string_view name) : name_(name) {}

  absl::Status Wrong(const YAML::Mark& mark, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(name_, ", line ", mark.line + 1, ": ", what));
  }

  absl::StatusOr<Json> Value(const YAML::Node& node, int depth) {
    if (++nodes_ > kMostNodes || depth > kDeepest) {
      return absl::ResourceExhaustedError(
          absl::StrCat(name_, ", line ", node.Mark().line + 1,
                       ": this is too deep, or its anchors repeat too much; write it plainly"));
    }
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return Scalar(node);
      case YAML::NodeType::Sequence:
        return Sequence(node, depth);
      case YAML::NodeType::Map:
        return Map(node, depth);
      default:
        return Json();
    }
  }

 private:
  absl::StatusOr<Json> Scalar(const YAML::Node& node) const {
    const std::string& text = node.Scalar();
    if (!IsUtf8(text)) return Wrong(node.Mark(), kNoUtf8);
    const bool is_plain = node.Tag() == "?" || node.Tag().empty();
    if (!is_plain) return Json(text);
    if (text == "~") return Json();
    // Most texts begin as nothing of JSON does, and trying costs much more than looking.
    if (text.find_first_of("-0123456789tfn") != 0) return Json(text);
    // Texts that begin as JSON's others do; a number with a zero in front is none.
    Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    return value.is_primitive() && !value.is_string() && !value.is_discarded() ? value : Json(text);
  }

  absl::StatusOr<Json> Sequence(const YAML::Node& node, int depth) {
    Json list = Json::array();
    for (const YAML::Node& item : node) {
      absl::StatusOr<Json> value = Value(item, depth + 1);
      if (!value.ok()) return value;
      list.push_back(*std::move(value));
    }
    return list;
  }

  absl::StatusOr<Json> Map(const YAML::Node& node, int depth) {
    Json map = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return Wrong(entry.first.Mark(), "a key must be plain text");
      const std::string& key = entry.first.Scalar();
      if (!IsUtf8(key)) return Wrong(entry.first.Mark(), kNoUtf8);
      if (map.contains(key)) {
        return Wrong(entry.first.Mark(), absl::StrCat("'", key, "' is there for the second time"));
      }
      absl::StatusOr<Json> value = Value(entry.second, depth + 1);
      if (!value.ok()) return value;
      map[key] = *std::move(value);
    }
    return map;
  }

  const absl::string_view name_;
  size_t nodes_ = 0;
};

absl::Status NoList(absl::string_view name) {
  return absl::InvalidArgumentError(
      absl::StrCat(name,
                   ": this is no list; begin each resource with '- \"@type\": "
                   "type.googleapis.com/envoy...', or write a JSON list"));
}

}  // namespace

std::string YamlOf(const Json& value) {
  std::string text;
  Write(value, 0, text);
  if (text.empty() || text.back() != '\n') text.push_back('\n');
  return text;
}

absl::StatusOr<std::vector<YamlItem>> ParseYamlList(const std::string& text,
                                                    absl::string_view name) {
  std::vector<YamlItem> items;
  // JSON has escapes that this YAML reader does not know.
  if (const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false); json.is_array()) {
    for (const Json& item : json) items.push_back({item, 0});
    return items;
  }
  Reader reader(name);
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsSequence()) return NoList(name);
    for (const YAML::Node& item : root) {
      absl::StatusOr<Json> value = reader.Value(item, 0);
      if (!value.ok()) return value.status();
      items.push_back({*std::move(value), item.Mark().line + 1});
    }
  } catch (const YAML::Exception& error) {
    return reader.Wrong(error.mark, absl::StrCat("this is neither YAML nor JSON: ", error.msg));
  }
  return items;
}

}  // namespace fairlead
