#include "server/subscriptions/withheld.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/snapshot/version.h"

namespace fairlead {
namespace {

// To look for more names in a client's words would take long; halves are searched then.
constexpr size_t kMostLookedFor = 10'000;

bool IsClosed(absl::string_view before, absl::string_view after) {
  constexpr absl::string_view kOpening = "'\"[(";
  constexpr absl::string_view kClosing = "'\"])";
  if (before.empty() || after.empty()) return false;
  const size_t quote = kOpening.find(before.back());
  return quote != absl::string_view::npos && kClosing[quote] == after.front();
}

bool IsBegin(absl::string_view before) {
  return before.empty() || before.back() == ' ' || before.back() == '\n' || before.back() == '[';
}

bool IsVersionOf(const Resource* resource, const Resource& of) {
  return resource != nullptr && resource->version() == of.version();
}

}  // namespace

void Withheld::OnRefused(std::vector<Suspect> suspects, absl::string_view error) {
  std::vector<Suspect> named;
  std::vector<Suspect> others;
  const bool look = suspects.size() <= kMostLookedFor;
  // Clients that name what they refuse have taken the rest; of one that does not, nothing may be
  // left out to try.
  const bool is_left = std::any_of(suspects.begin(), suspects.end(),
                                   [](const Suspect& suspect) { return suspect.stays; });
  for (Suspect& suspect : suspects) {
    trial_.erase(suspect.content->name());
    const bool is_named = look && NamesResource(error, suspect.content->name());
    (is_named ? named : others).push_back(std::move(suspect));
  }
  if (named.empty() && NamesShownCulprit(error)) return;
  if (++rounds_ > kMostRounds) {
    // It refuses whatever it is sent; what waits is not better than what it refused now.
    for (auto& [name, entry] : entries_) {
      if (!entry.is_culprit) entry.error = std::string(error);
      entry.is_culprit = true;
    }
    waiting_.clear();
    named.insert(named.end(), others.begin(), others.end());
    others.clear();
  }
  if (named.empty() && others.size() == 1) named.swap(others);
  const bool is_found = !named.empty();
  for (Suspect& suspect : named) Blame(std::move(suspect), error);
  if (is_left) return;
  if (!is_found) {
    const auto half = others.begin() + static_cast<ptrdiff_t>((others.size() + 1) / 2);
    Keep({std::make_move_iterator(half), std::make_move_iterator(others.end())});
    others.erase(half, others.end());
  }
  for (Suspect& suspect : others) {
    entries_.erase(suspect.content->name());
    to_offer_.push_back(suspect);
    trial_[suspect.content->name()] = std::move(suspect);
  }
}

void Withheld::OnAccepted(absl::FunctionRef<bool(const Resource&)> brought) {
  absl::erase_if(trial_, [&](const auto& offered) { return brought(*offered.second.content); });
}

std::vector<Suspect> Withheld::Settle(
    absl::FunctionRef<const Resource*(absl::string_view)> current) {
  const auto is_past = [&](const std::string& name, const Suspect& suspect) {
    return !IsVersionOf(current(name), *suspect.content);
  };
  absl::erase_if(entries_, [&](const auto& at) { return is_past(at.first, at.second.suspect); });
  absl::erase_if(trial_, [&](const auto& at) { return is_past(at.first, at.second); });
  while (trial_.empty() && !waiting_.empty()) {
    for (const std::string& name : waiting_.back()) {
      const auto entry = entries_.find(name);
      if (entry == entries_.end() || entry->second.is_culprit) continue;
      to_offer_.push_back(entry->second.suspect);
      trial_[name] = std::move(entry->second.suspect);
      entries_.erase(entry);
    }
    waiting_.pop_back();
  }
  if (trial_.empty()) rounds_ = 0;
  std::vector<Suspect> offered = std::exchange(to_offer_, {});
  std::erase_if(offered,
                [&](const Suspect& suspect) { return !trial_.contains(suspect.content->name()); });
  return offered;
}

std::shared_ptr<const Resource> Withheld::InPlaceOf(
    const std::shared_ptr<const Resource>& content) const {
  const auto entry = entries_.find(content->name());
  if (entry == entries_.end()) return content;
  const Suspect& suspect = entry->second.suspect;
  return suspect.stays || !IsVersionOf(suspect.content.get(), *content) ? content : suspect.had;
}

std::vector<Withheld::Culprit> Withheld::Culprits(size_t most) const {
  std::vector<Culprit> culprits;
  for (const auto& [name, entry] : entries_) {
    if (culprits.size() >= most) break;
    if (entry.is_culprit) culprits.push_back({entry.suspect.content, entry.error});
  }
  return culprits;
}

bool Withheld::IsCulprit(const std::string& name) const {
  const auto entry = entries_.find(name);
  return entry != entries_.end() && entry->second.is_culprit;
}

std::string Withheld::Digest() const {
  std::string text;
  for (const auto& [name, entry] : entries_) {
    const Suspect& suspect = entry.suspect;
    absl::StrAppend(&text, name.size(), " ", name, suspect.content->version().ToString(), " ",
                    suspect.had == nullptr ? "" : suspect.had->version().ToString(), "\n");
  }
  return Version::Of("withheld", text).ToString();
}

void Withheld::Blame(Suspect suspect, absl::string_view error) {
  // What the client was thought to have instead is what it refuses.
  if (IsVersionOf(suspect.had.get(), *suspect.content)) suspect.had = nullptr;
  std::string name = suspect.content->name();
  entries_[std::move(name)] = {std::move(suspect), true, std::string(error)};
}

bool Withheld::NamesShownCulprit(absl::string_view error) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& at) {
    return at.second.is_culprit && at.second.suspect.stays && NamesResource(error, at.first);
  });
}

void Withheld::Keep(std::vector<Suspect> group) {
  std::vector<std::string> names;
  for (Suspect& suspect : group) {
    names.push_back(suspect.content->name());
    entries_[names.back()] = {std::move(suspect), false, ""};
  }
  waiting_.push_back(std::move(names));
}

bool NamesResource(absl::string_view words, absl::string_view name) {
  if (name.empty()) return false;
  for (size_t at = words.find(name); at != absl::string_view::npos; at = words.find(name, at + 1)) {
    const absl::string_view before = words.substr(0, at);
    const absl::string_view after = words.substr(at + name.size());
    if (IsClosed(before, after)) return true;
    if (IsBegin(before) && (after == ":" || absl::StartsWith(after, ": "))) return true;
  }
  return false;
}

}  // namespace fairlead
