#include "agents/observer/image_words.h"

#include <algorithm>
#include <utility>

#include "server/vocabulary/words.h"

namespace fairlead {
namespace {

// More are forgotten, and asked for again when a container of theirs changes.
constexpr size_t kMostImages = 1000;

// What the container itself says with one of the publishing words; nothing: it does not say it.
const std::string* ValueOf(const v1::Container& container, const std::string& word) {
  for (const auto* said : {&container.environment(), &container.labels()}) {
    const auto found = said->find(word);
    if (found != said->end()) return &found->second;
  }
  return nullptr;
}

bool IsPublished(const v1::Container& container) {
  const auto says = [&container](absl::string_view word) {
    const std::string* value = ValueOf(container, std::string(word));
    return value != nullptr && !value->empty();
  };
  return std::any_of(kPublishingVariables.begin(), kPublishingVariables.end(), says) ||
         std::any_of(kPublishingLabels.begin(), kPublishingLabels.end(), says);
}

}  // namespace

bool ImageWords::Fill(const std::string& image_id, v1::Container& container) {
  if (image_id.empty() || !IsPublished(container)) return false;
  const auto found = words_.find(image_id);
  if (found == words_.end()) {
    const bool asked = failed_.contains(image_id) || under_way_.contains(image_id) ||
                       std::find(wanted_.begin(), wanted_.end(), image_id) != wanted_.end();
    if (!asked && wanted_.size() < kMostImages) wanted_.push_back(image_id);
    return false;
  }
  google::protobuf::RepeatedPtrField<std::string> before;
  before.Swap(container.mutable_image_words());
  for (const auto& [word, value] : found->second) {
    const std::string* said = ValueOf(container, word);
    if (said != nullptr && *said == value) container.add_image_words(word);
  }
  return !std::equal(before.begin(), before.end(), container.image_words().begin(),
                     container.image_words().end());
}

std::optional<std::string> ImageWords::TakeWanted() {
  if (wanted_.empty()) return std::nullopt;
  std::string image_id = std::move(wanted_.front());
  wanted_.pop_front();
  under_way_.insert(image_id);
  return image_id;
}

void ImageWords::Learn(const std::string& image_id, absl::StatusOr<PublishingWords> words) {
  under_way_.erase(image_id);
  if (!words.ok()) {
    if (failed_.size() >= kMostImages) failed_.clear();
    failed_.insert(image_id);
    return;
  }
  if (words_.size() >= kMostImages) words_.clear();
  words_.insert_or_assign(image_id, *std::move(words));
}

void ImageWords::Doubt() { failed_.clear(); }

}  // namespace fairlead
