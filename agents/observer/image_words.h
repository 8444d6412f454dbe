#pragma once

#include <deque>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "agents/engine/image.h"
#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// With which words containers are published by their images, which inspections of containers do not
// tell from the containers' own. An image never changes, so each is asked for once, and only if a
// container of it is published at all. Not thread-safe.
class ImageWords {
 public:
  // Fills in what is known; says whether that changed anything. An unknown image is wanted.
  bool Fill(const std::string& image_id, v1::Container& container);

  // An image to ask for; nothing: none is wanted.
  std::optional<std::string> TakeWanted();

  // What came of it. One that cannot be had is not wanted again before Doubt.
  void Learn(const std::string& image_id, absl::StatusOr<PublishingWords> words);

  // What could not be had may be had now.
  void Doubt();

  // Whether every image that was wanted was learned, or cannot be had.
  bool Complete() const { return wanted_.empty() && under_way_.empty(); }

 private:
  absl::flat_hash_map<std::string, PublishingWords> words_;
  absl::flat_hash_set<std::string> failed_;
  absl::flat_hash_set<std::string> under_way_;
  std::deque<std::string> wanted_;
};

}  // namespace fairlead
