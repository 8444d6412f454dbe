#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// An immutable map from names to shared values: a hash array mapped trie (Bagwell, "Ideal Hash
// Trees", 2001). With and Without copy only the path to the name, O(log32 n); everything else is
// shared with the map before, so a change of one resource costs the same however many there are,
// and a reader needs no lock.
//
// Threads: as for a const value; the shared parts are reference counted.
template <typename Value>
class PersistentMap {
 public:
  using Pointer = std::shared_ptr<const Value>;

  PersistentMap() = default;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Null if there is none. The value lives as long as a map that holds it.
  const Pointer* Find(absl::string_view name) const {
    const Node* node = root_.get();
    const uint64_t hash = Hash(name);
    for (int shift = 0; node != nullptr; shift += kBits) {
      if (!node->entries.empty()) {
        for (const Entry& entry : node->entries) {
          if (entry.name == name) return &entry.value;
        }
        return nullptr;
      }
      const uint32_t bit = Bit(hash, shift);
      if ((node->occupied & bit) == 0) return nullptr;
      node = node->children[node->Position(bit)].get();
    }
    return nullptr;
  }

  // This map and `value` under `name`, in place of what was there.
  PersistentMap With(absl::string_view name, Pointer value) const {
    bool added = false;
    NodePointer root = Insert(root_, {std::string(name), std::move(value)}, Hash(name), 0, added);
    return PersistentMap(std::move(root), size_ + (added ? 1 : 0));
  }

  // This map without `name`.
  PersistentMap Without(absl::string_view name) const {
    if (Find(name) == nullptr) return *this;
    return PersistentMap(Remove(root_, name, Hash(name), 0), size_ - 1);
  }

  // Calls `visit(name, pointer)` for each, in an order that depends on the names alone.
  template <typename Visit>
  void ForEach(Visit visit) const {
    if (root_ != nullptr) Walk(*root_, visit);
  }

  // Calls `visit(name, before, after)` for each name that has not the same pointer in both; one of
  // them is null if only the other map has the name. Costs what the two do not share.
  template <typename Visit>
  static void ForEachDifference(const PersistentMap& before, const PersistentMap& after,
                                Visit visit) {
    WalkDifference(before.root_.get(), after.root_.get(), visit);
  }

 private:
  static constexpr int kBits = 5;
  static constexpr int kHashBits = 64;

  struct Node;
  using NodePointer = std::shared_ptr<const Node>;
  struct Entry {
    std::string name;
    Pointer value;
  };
  // A leaf has entries (more than one only where all 64 bits of the hashes are equal), a branch has
  // children.
  struct Node {
    uint32_t occupied = 0;
    std::vector<NodePointer> children;
    uint64_t hash = 0;  // of a leaf's entries
    std::vector<Entry> entries;

    size_t Position(uint32_t bit) const { return std::popcount(occupied & (bit - 1)); }
    // Null: there is none.
    const Node* Child(uint32_t bit) const {
      return (occupied & bit) == 0 ? nullptr : children[Position(bit)].get();
    }
  };

  PersistentMap(NodePointer root, size_t size) : root_(std::move(root)), size_(size) {}

  // FNV-1a with a final mix: the same in every process, so that the order of ForEach is too.
  static uint64_t Hash(absl::string_view name) {
    uint64_t hash = 0xcbf29ce484222325;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash ^= hash >> 32;
    hash *= 0xd6e8feb86659fd93;
    return hash ^ (hash >> 32);
  }

  static uint32_t Bit(uint64_t hash, int shift) { return uint32_t{1} << ((hash >> shift) & 31); }

  static NodePointer Insert(const NodePointer& node, Entry entry, uint64_t hash, int shift,
                            bool& added) {
    auto copy = node == nullptr ? std::make_shared<Node>() : std::make_shared<Node>(*node);
    if (node == nullptr) {
      added = true;
      copy->hash = hash;
      copy->entries.push_back(std::move(entry));
    } else if (node->entries.empty()) {
      const uint32_t bit = Bit(hash, shift);
      const size_t position = node->Position(bit);
      if ((node->occupied & bit) != 0) {
        copy->children[position] =
            Insert(node->children[position], std::move(entry), hash, shift + kBits, added);
      } else {
        copy->occupied |= bit;
        copy->children.insert(copy->children.begin() + position,
                              Insert(nullptr, std::move(entry), hash, shift + kBits, added));
      }
    } else if (node->hash == hash || shift >= kHashBits) {
      PutInLeaf(*copy, std::move(entry), added);
    } else {
      // A leaf in the way: put it one level down and try again.
      auto branch = std::make_shared<Node>();
      branch->occupied = Bit(node->hash, shift);
      branch->children.push_back(node);
      return Insert(branch, std::move(entry), hash, shift, added);
    }
    return copy;
  }

  static void PutInLeaf(Node& leaf, Entry entry, bool& added) {
    for (Entry& there : leaf.entries) {
      if (there.name == entry.name) {
        there.value = std::move(entry.value);
        return;
      }
    }
    added = true;
    leaf.entries.push_back(std::move(entry));
  }

  // `name` is below `node`. Null: nothing is left.
  static NodePointer Remove(const NodePointer& node, absl::string_view name, uint64_t hash,
                            int shift) {
    auto copy = std::make_shared<Node>(*node);
    if (!node->entries.empty()) {
      std::erase_if(copy->entries, [&](const Entry& entry) { return entry.name == name; });
      return copy->entries.empty() ? nullptr : NodePointer(copy);
    }
    const uint32_t bit = Bit(hash, shift);
    const size_t position = node->Position(bit);
    NodePointer below = Remove(node->children[position], name, hash, shift + kBits);
    if (below != nullptr) {
      copy->children[position] = std::move(below);
      return copy;
    }
    copy->occupied &= ~bit;
    copy->children.erase(copy->children.begin() + position);
    return copy->children.empty() ? nullptr : NodePointer(copy);
  }

  template <typename Visit>
  static void Walk(const Node& node, Visit& visit) {
    for (const Entry& entry : node.entries) visit(absl::string_view(entry.name), entry.value);
    for (const NodePointer& child : node.children) Walk(*child, visit);
  }

  template <typename Visit>
  static void WalkDifference(const Node* before, const Node* after, Visit& visit) {
    if (before == after) return;
    if (before == nullptr || after == nullptr || !before->entries.empty() ||
        !after->entries.empty()) {
      CompareAll(before, after, visit);
      return;
    }
    for (uint32_t left = before->occupied | after->occupied; left != 0; left &= left - 1) {
      const uint32_t bit = left & -left;
      WalkDifference(before->Child(bit), after->Child(bit), visit);
    }
  }

  // One of the two is a leaf or null, so that there is little to share.
  template <typename Visit>
  static void CompareAll(const Node* before, const Node* after, Visit& visit) {
    absl::flat_hash_map<absl::string_view, std::pair<Pointer, Pointer>> pairs;
    auto take_before = [&](absl::string_view name, const Pointer& value) {
      pairs[name].first = value;
    };
    auto take_after = [&](absl::string_view name, const Pointer& value) {
      pairs[name].second = value;
    };
    if (before != nullptr) Walk(*before, take_before);
    if (after != nullptr) Walk(*after, take_after);
    for (const auto& [name, pair] : pairs) {
      if (pair.first != pair.second) visit(name, pair.first, pair.second);
    }
  }

  NodePointer root_;
  size_t size_ = 0;
};

}  // namespace fairlead
