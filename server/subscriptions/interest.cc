#include "server/subscriptions/interest.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/hash/hash.h"
#include "server/subscriptions/subscription.h"

namespace fairlead {

InterestIndex::InterestIndex() = default;
InterestIndex::~InterestIndex() = default;

void InterestIndex::ForEach(absl::string_view name, bool for_wildcards,
                            absl::FunctionRef<void(Subscription&)> visit) const {
  if (for_wildcards) {
    for (const Interest* const interest : wildcards_) visit(interest->owner_);
  }
  const auto found = names_.find(name);
  if (found == names_.end()) return;
  const auto visit_once = [&](const Interest& interest) {
    if (!for_wildcards || !interest.wildcard_) visit(interest.owner_);
  };
  for (const NameSet* const set : found->second.sets) {
    for (const Interest* const interest : set->interests) {
      if (!interest->removed_.contains(&found->second)) visit_once(*interest);
    }
  }
  for (const Interest* const interest : found->second.interests) visit_once(*interest);
}

InterestIndex::Name* InterestIndex::FindOrAdd(absl::string_view text) {
  if (const auto found = names_.find(text); found != names_.end()) return &found->second;
  const auto added = names_.emplace(std::string(text), Name()).first;
  added->second.text = &added->first;
  return &added->second;
}

void InterestIndex::DropIfUnused(Name& name) {
  if (name.sets.empty() && name.interests.empty()) names_.erase(names_.find(*name.text));
}

InterestIndex::NameSet* InterestIndex::SetOf(std::vector<Name*> names) {
  if (names.empty()) return nullptr;
  uint64_t digest = names.size();
  for (const Name* const name : names) digest += absl::HashOf(*name->text);
  // Different lists with one digest are kept side by side.
  for (;; ++digest) {
    const auto [at, added] = sets_.try_emplace(digest);
    if (!added && at->second->names != names) continue;
    if (added) {
      at->second = std::make_unique<NameSet>();
      at->second->digest = digest;
      at->second->number = ++last_set_;
      at->second->names = std::move(names);
      for (Name* const name : at->second->names) name->sets.insert(at->second.get());
    }
    return at->second.get();
  }
}

void InterestIndex::Enter(Interest& interest, NameSet* set) {
  if (set != nullptr) set->interests.insert(&interest);
}

void InterestIndex::Leave(Interest& interest, NameSet* set) {
  if (set == nullptr) return;
  set->interests.erase(&interest);
  if (!set->interests.empty()) return;
  if (set->wire_digest != 0) requests_.erase(set->wire_digest);
  for (Name* const name : set->names) {
    name->sets.erase(set);
    DropIfUnused(*name);
  }
  sets_.erase(set->digest);
}

Interest::~Interest() {
  set_wildcard(false);
  ClearOwn();
  index_->Leave(*this, set_);
}

void Interest::set_wildcard(bool wildcard) {
  if (std::exchange(wildcard_, wildcard) == wildcard) return;
  if (wildcard) {
    index_->wildcards_.insert(this);
  } else {
    index_->wildcards_.erase(this);
  }
}

bool Interest::InSet(const Name* name) const {
  return set_ != nullptr &&
         std::binary_search(set_->names.begin(), set_->names.end(), name, std::less<const Name*>());
}

bool Interest::Names(absl::string_view text) const {
  const auto found = index_->names_.find(text);
  if (found == index_->names_.end()) return false;
  Name* const name = &found->second;
  return added_.contains(name) || (InSet(name) && !removed_.contains(name));
}

size_t Interest::size() const {
  return (set_ == nullptr ? 0 : set_->names.size()) + added_.size() - removed_.size();
}

void Interest::ForEach(absl::FunctionRef<void(absl::string_view)> visit) const {
  if (set_ != nullptr) {
    for (Name* const name : set_->names) {
      if (removed_.empty() || !removed_.contains(name)) visit(*name->text);
    }
  }
  for (const Name* const name : added_) visit(*name->text);
}

bool Interest::Insert(absl::string_view text) {
  Name* const name = index_->FindOrAdd(text);
  if (InSet(name)) return removed_.erase(name) > 0;
  name->interests.insert(this);
  return added_.insert(name).second;
}

bool Interest::Erase(absl::string_view text) {
  const auto found = index_->names_.find(text);
  if (found == index_->names_.end()) return false;
  Name* const name = &found->second;
  if (added_.erase(name) > 0) {
    name->interests.erase(this);
    index_->DropIfUnused(*name);
    return true;
  }
  return InSet(name) && removed_.insert(name).second;
}

void Interest::Share() {
  // A list is copied only when a good part of it changed, so that names that come one by one cost
  // the same each.
  constexpr size_t kLittle = 16;
  const size_t of_set = set_ == nullptr ? 0 : set_->names.size();
  if (added_.size() + removed_.size() > kLittle + of_set / 4) Become(index_->SetOf(All()));
}

std::vector<Interest::Name*> Interest::All() const {
  std::vector<Name*> all;
  all.reserve(size());
  if (set_ != nullptr) {
    for (Name* const name : set_->names) {
      if (!removed_.contains(name)) all.push_back(name);
    }
  }
  all.insert(all.end(), added_.begin(), added_.end());
  std::sort(all.begin(), all.end(), std::less<Name*>());
  return all;
}

bool Interest::Replace(const ResourceNames& names,
                       absl::FunctionRef<void(absl::string_view)> joined) {
  const uint64_t digest = names.Digest();
  InterestIndex::Request request;
  if (const auto known = index_->requests_.find(digest); known != index_->requests_.end()) {
    request = known->second;
  } else {
    std::vector<Name*> all;
    all.reserve(names.size());
    names.ForEach([&](absl::string_view name) {
      if (name == "*") {
        request.asterisk = true;
      } else {
        all.push_back(index_->FindOrAdd(name));
      }
    });
    std::sort(all.begin(), all.end(), std::less<Name*>());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    request.set = index_->SetOf(std::move(all));
    if (request.set != nullptr) {
      if (request.set->wire_digest != 0) index_->requests_.erase(request.set->wire_digest);
      request.set->wire_digest = digest;
      index_->requests_.emplace(digest, request);
    }
  }
  if (request.set != nullptr) {
    for (const Name* const name : request.set->names) {
      if (!added_.contains(name) && (!InSet(name) || removed_.contains(name))) joined(*name->text);
    }
  }
  Become(request.set);
  return request.asterisk;
}

void Interest::Become(NameSet* set) {
  NameSet* const before = std::exchange(set_, set);
  if (before != set) {
    // Entered before left: the names that stay must not go in between.
    index_->Enter(*this, set);
    index_->Leave(*this, before);
  }
  ClearOwn();
}

void Interest::ClearOwn() {
  for (Name* const name : added_) {
    name->interests.erase(this);
    index_->DropIfUnused(*name);
  }
  added_.clear();
  removed_.clear();
}

uint64_t Interest::ListId() const {
  const bool shared = set_ != nullptr && added_.empty() && removed_.empty();
  return shared ? set_->number : 0;
}

void Interest::MoveTo(InterestIndex& index) {
  std::vector<std::string> names;
  ForEach([&](absl::string_view name) { names.emplace_back(name); });
  const bool wildcard = wildcard_;
  set_wildcard(false);
  Become(nullptr);
  index_ = &index;
  set_wildcard(wildcard);
  for (const std::string& name : names) Insert(name);
  Share();
}

}  // namespace fairlead
