#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// Where something is written.
struct SourcePlace {
  std::string file;  // as it was named
  int line = 0;      // the first is 1; 0: the file as a whole

  friend bool operator==(const SourcePlace&, const SourcePlace&) = default;
};

// "compose.yaml:12", or "compose.yaml".
std::string PlaceText(const SourcePlace& place);

// INVALID_ARGUMENT: "compose.yaml:12: WHAT; CURE".
absl::Status WrongAt(const SourcePlace& place, absl::string_view what, absl::string_view cure);

struct YamlEntry;

// What a file in YAML (or JSON) says, with its anchors followed and its merge keys ("<<") merged.
// Numbers, switches and words are texts as they are written.
struct YamlTree {
  enum class Kind { kNothing, kText, kList, kMap };

  Kind kind = Kind::kNothing;  // kNothing: null, or no value
  SourcePlace place;
  std::string text;                // of a kText
  std::vector<YamlTree> items;     // of a kList
  std::vector<YamlEntry> entries;  // of a kMap, in the file's order, each key once

  // What stands below `key` in a map; null: nothing does, or this is no map.
  const YamlTree* Find(absl::string_view key) const;
};

struct YamlEntry {
  std::string key;
  SourcePlace place;  // of the key
  YamlTree value;
};

// The most values in a file and bytes in its texts, each use of an anchor counted anew, and how
// deep they may be nested.
inline constexpr size_t kMostYamlValues = 100'000;
inline constexpr size_t kMostYamlBytes = size_t{8} << 20;
inline constexpr int kDeepestYaml = 50;

// Reads the first document of `text`, which is the file `file`. INVALID_ARGUMENT names the line and
// says what is wrong and what to do: no YAML, a key that is no text or is there twice, a merge key
// with something else than maps, too deep or too many values (anchors within anchors make small
// files large).
absl::StatusOr<YamlTree> ParseYamlTree(const std::string& text, const std::string& file);

}  // namespace fairlead
