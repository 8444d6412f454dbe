#include "server/base/settings_file.h"

#include <yaml-cpp/yaml.h>

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/base/file.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr size_t kLargestFile = 1 << 20;

absl::Status Wrong(absl::string_view name, int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(name, ", line ", line, ": ", what));
}

absl::StatusOr<std::vector<std::string>> Values(const YAML::Node& node, const std::string& key,
                                                absl::string_view name, int line) {
  std::vector<std::string> values;
  if (node.IsScalar()) {
    values.push_back(node.Scalar());
  } else if (node.IsSequence()) {
    for (const YAML::Node& item : node) {
      if (!item.IsScalar()) {
        return Wrong(name, item.Mark().line + 1,
                     absl::StrCat("an item of '", Quoted(key), "' is not a plain value"));
      }
      values.push_back(item.Scalar());
    }
  } else if (node.IsMap()) {
    return Wrong(name, line,
                 absl::StrCat("'", Quoted(key), "' takes a value or a list, not a map"));
  }
  if (values.empty()) {
    return Wrong(name, line,
                 absl::StrCat("'", Quoted(key), "' has no value; write one or remove the line"));
  }
  return values;
}

absl::StatusOr<std::vector<FileSetting>> FromMap(const YAML::Node& map, absl::string_view name) {
  std::vector<FileSetting> settings;
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const int line = entry.first.Mark().line + 1;
    if (!entry.first.IsScalar()) return Wrong(name, line, "a key must be plain text");
    const std::string key = entry.first.Scalar();
    if (!seen.insert(key).second) {
      return Wrong(name, line, absl::StrCat("'", Quoted(key), "' is there for the second time"));
    }
    auto values = Values(entry.second, key, name, line);
    if (!values.ok()) return values.status();
    settings.push_back({key, *std::move(values), line});
  }
  return settings;
}

}  // namespace

absl::StatusOr<std::vector<FileSetting>> ParseSettingsFile(absl::string_view text,
                                                           absl::string_view name) {
  if (text.size() > kLargestFile) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": ", text.size(), " bytes are too many for settings; the most is 1 MiB"));
  }
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (!root.IsDefined() || root.IsNull()) return std::vector<FileSetting>();
    if (!root.IsMap()) {
      return Wrong(name, root.Mark().line + 1, "expected lines of the form 'setting: value'");
    }
    return FromMap(root, name);
  } catch (const YAML::Exception& error) {
    return Wrong(name, error.mark.line + 1, absl::StrCat("this is not YAML: ", error.msg));
  }
}

absl::StatusOr<std::vector<FileSetting>> ReadSettingsFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kLargestFile);
  if (!text.ok()) return text.status();
  return ParseSettingsFile(*text, path);
}

}  // namespace fairlead
