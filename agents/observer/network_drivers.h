#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// The drivers of a host's networks, which inspections of containers lack. Not thread-safe.
class NetworkDrivers {
 public:
  // One that an event told.
  void Learn(const std::string& network_id, const std::string& driver);

  // All that there are. What is still unknown then does not exist, and is not wanted again before
  // Doubt.
  void Replace(const std::vector<std::pair<std::string, std::string>>& drivers);

  // They cannot be had now: nothing is wanted before Doubt.
  void GiveUp();

  // The engine may have other networks now.
  void Doubt();

  // Fills the drivers in that are known; says whether that changed anything. An unknown one makes a
  // list wanted.
  bool Fill(v1::Container& container);

  // Whether the list of networks should be asked for.
  bool Wanted() const { return wanted_; }
  // It has been asked for.
  void Asked() { wanted_ = false; }

 private:
  absl::flat_hash_map<std::string, std::string> drivers_;
  absl::flat_hash_set<std::string> absent_;
  bool wanted_ = false;
  bool given_up_ = false;
};

}  // namespace fairlead
