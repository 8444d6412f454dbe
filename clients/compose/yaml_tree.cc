#include "clients/compose/yaml_tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr char kMergeKey[] = "<<";

class TreeReader {
 public:
  explicit TreeReader(const std::string& file) : file_(file) {}

  SourcePlace PlaceOf(const YAML::Mark& mark) const {
    return {file_, mark.line < 0 ? 0 : mark.line + 1};
  }

  absl::StatusOr<YamlTree> Read(const YAML::Node& node, int depth) {
    YamlTree tree;
    tree.place = PlaceOf(node.Mark());
    bytes_ += node.IsScalar() ? node.Scalar().size() : 0;
    if (++values_ > kMostYamlValues || bytes_ > kMostYamlBytes || depth > kDeepestYaml) {
      return WrongAt(
          tree.place,
          absl::StrCat("this is nested deeper than ", kDeepestYaml, " levels, or makes more than ",
                       kMostYamlValues, " values or ", kMostYamlBytes, " bytes"),
          "write it plainly, without anchors that refer to themselves or to each other");
    }
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        tree.kind = YamlTree::Kind::kText;
        tree.text = node.Scalar();
        return tree;
      case YAML::NodeType::Sequence:
        return List(node, depth, std::move(tree));
      case YAML::NodeType::Map:
        return Map(node, depth, std::move(tree));
      default:
        return tree;
    }
  }

 private:
  absl::StatusOr<YamlTree> List(const YAML::Node& node, int depth, YamlTree tree) {
    tree.kind = YamlTree::Kind::kList;
    for (const YAML::Node& item : node) {
      absl::StatusOr<YamlTree> value = Read(item, depth + 1);
      if (!value.ok()) return value;
      tree.items.push_back(*std::move(value));
    }
    return tree;
  }

  absl::StatusOr<YamlTree> Map(const YAML::Node& node, int depth, YamlTree tree) {
    tree.kind = YamlTree::Kind::kMap;
    absl::flat_hash_set<std::string> keys;
    std::vector<YamlTree> merged;
    for (const auto& entry : node) {
      const SourcePlace place = PlaceOf(entry.first.Mark());
      if (!entry.first.IsScalar()) {
        return WrongAt(place, "a key is no text", "write KEY: VALUE with a plain word as the key");
      }
      const std::string& key = entry.first.Scalar();
      absl::StatusOr<YamlTree> value = Read(entry.second, depth + 1);
      if (!value.ok()) return value;
      if (key == kMergeKey) {
        const absl::Status taken = TakeMerged(*std::move(value), place, merged);
        if (!taken.ok()) return taken;
      } else if (keys.insert(key).second) {
        tree.entries.push_back({key, place, *std::move(value)});
      } else {
        return WrongAt(place, absl::StrCat("'", Quoted(key), "' is there for the second time"),
                       "put what stands below the two together");
      }
    }
    for (YamlTree& map : merged) {
      for (YamlEntry& entry : map.entries) {
        if (keys.insert(entry.key).second) tree.entries.push_back(std::move(entry));
      }
    }
    return tree;
  }

  // A map, or a list of maps of which the first has the last word.
  static absl::Status TakeMerged(YamlTree value, const SourcePlace& place,
                                 std::vector<YamlTree>& merged) {
    std::vector<YamlTree> maps;
    if (value.kind == YamlTree::Kind::kList) {
      maps = std::move(value.items);
    } else {
      maps.push_back(std::move(value));
    }
    for (YamlTree& map : maps) {
      if (map.kind != YamlTree::Kind::kMap) {
        return WrongAt(place, "'<<' merges maps, and this is none",
                       "write '<<: *NAME' with the anchor of a map, or a list of such");
      }
      merged.push_back(std::move(map));
    }
    return absl::OkStatus();
  }

  const std::string& file_;
  size_t values_ = 0;
  size_t bytes_ = 0;  // of the texts
};

}  // namespace

std::string PlaceText(const SourcePlace& place) {
  return place.line == 0 ? place.file : absl::StrCat(place.file, ":", place.line);
}

absl::Status WrongAt(const SourcePlace& place, absl::string_view what, absl::string_view cure) {
  return absl::InvalidArgumentError(absl::StrCat(PlaceText(place), ": ", what, "; ", cure));
}

const YamlTree* YamlTree::Find(absl::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [key](const YamlEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

absl::StatusOr<YamlTree> ParseYamlTree(const std::string& text, const std::string& file) {
  TreeReader reader(file);
  try {
    absl::StatusOr<YamlTree> tree = reader.Read(YAML::Load(text), 0);
    if (tree.ok() && tree->place.line == 0) tree->place = {file, 0};
    return tree;
  } catch (const YAML::Exception& error) {
    return WrongAt(reader.PlaceOf(error.mark), absl::StrCat("this is no YAML: ", Quoted(error.msg)),
                   "mind the indentation, and quote values with ':', '#', '{', '[', '*' or '&'");
  }
}

}  // namespace fairlead
