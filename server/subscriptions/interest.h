#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "server/subscriptions/xds_request.h"

namespace fairlead {

class Interest;
class Subscription;

// Who wants which name: from a changed resource to the streams that have to hear of it, without a
// look at any other stream. One for each type, view and queue.
//
// A list of names is kept once, however many streams sent it; all gateways of a fleet name the same
// clusters. A stream costs a pointer, a distinct list 20 to 30 bytes a name.
//
// Threads: none; it belongs to its queue.
class InterestIndex {
 public:
  InterestIndex();
  ~InterestIndex();
  InterestIndex(const InterestIndex&) = delete;
  InterestIndex& operator=(const InterestIndex&) = delete;

  // Each subscription that wants `name` once. `for_wildcards`: whether a wildcard covers it.
  void ForEach(absl::string_view name, bool for_wildcards,
               absl::FunctionRef<void(Subscription&)> visit) const;

 private:
  friend class Interest;
  struct NameSet;
  // A name that somebody named. Gone when nobody does any more.
  struct Name {
    const std::string* text = nullptr;
    // Hashed: lists that differ in one name share all others, and each leaves all of them.
    absl::flat_hash_set<NameSet*> sets;
    absl::flat_hash_set<Interest*> interests;  // beside their sets
  };
  // A list of names. Gone when nobody has it any more.
  struct NameSet {
    std::vector<Name*> names;  // sorted
    uint64_t digest = 0;       // of the names, whatever their order
    uint64_t number = 0;       // no other set of the index has or had it
    uint64_t wire_digest = 0;  // of a request with these names; see `requests_`
    absl::flat_hash_set<Interest*> interests;
  };
  // What a request with known bytes means.
  struct Request {
    NameSet* set = nullptr;
    bool asterisk = false;
  };

  Name* FindOrAdd(absl::string_view text);
  void DropIfUnused(Name& name);
  // The set of these names, which are sorted and each there once. Null: of no names.
  NameSet* SetOf(std::vector<Name*> names);
  void Enter(Interest& interest, NameSet* set);
  void Leave(Interest& interest, NameSet* set);

  uint64_t last_set_ = 0;
  absl::node_hash_map<std::string, Name> names_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<NameSet>> sets_;
  // By the digest of the bytes, so that names are not even looked up.
  absl::flat_hash_map<uint64_t, Request> requests_;
  absl::flat_hash_set<Interest*> wildcards_;
};

// The names that one subscription wants. Most of the time that is a list shared with others, and
// nothing of its own.
class Interest {
 public:
  // Both must outlive this.
  Interest(Subscription& owner, InterestIndex& index) : owner_(owner), index_(&index) {}
  ~Interest();
  Interest(const Interest&) = delete;
  Interest& operator=(const Interest&) = delete;

  bool wildcard() const { return wildcard_; }
  void set_wildcard(bool wildcard);
  // Whether it is named by itself, not only covered by a wildcard.
  bool Names(absl::string_view name) const;
  bool Wants(absl::string_view name) const { return wildcard_ || Names(name); }
  // Names that are named by themselves.
  size_t size() const;
  void ForEach(absl::FunctionRef<void(absl::string_view)> visit) const;

  // Whether something was changed.
  bool Insert(absl::string_view name);
  bool Erase(absl::string_view name);
  // After some Inserts and Erases: what is its own becomes a list that can be shared, if it is
  // much.
  void Share();
  // The names are these from now on; `*` is left out. Calls `joined` for each that was not there.
  // Returns whether `*` is among them.
  bool Replace(const ResourceNames& names, absl::FunctionRef<void(absl::string_view)> joined);

  // Equal for two interests of one index that want the same names, and never that of other names;
  // 0: cannot be told.
  uint64_t ListId() const;

  void MoveTo(InterestIndex& index);

 private:
  friend class InterestIndex;
  using Name = InterestIndex::Name;
  using NameSet = InterestIndex::NameSet;

  bool InSet(const Name* name) const;
  std::vector<Name*> All() const;
  void ClearOwn();
  void Become(NameSet* set);

  Subscription& owner_;
  InterestIndex* index_;
  bool wildcard_ = false;
  NameSet* set_ = nullptr;
  // What differs from the set.
  absl::flat_hash_set<Name*> added_;
  absl::flat_hash_set<Name*> removed_;
};

}  // namespace fairlead
