#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "clients/compose/project.h"
#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// A container that Compose would start.
struct ForeseenContainer {
  v1::Container facts;
  size_t service = 0;  // in ComposeProject::services
  // Its network is that of a container which these files do not start.
  bool shares_foreign_network = false;
};

// What an agent would report of the project's containers while all of them run and are healthy, as
// far as the files say it: an image's own EXPOSE, ENV and labels are not in it. What the engine
// will make up (ids, addresses) has stand-ins.
struct ForeseenFacts {
  std::vector<ForeseenContainer> containers;  // in the order of the services
  // Stand-ins for those whose network is shared, and that the files do not start.
  std::vector<v1::Container> foreign;
};

ForeseenFacts FactsOf(const ComposeProject& project);

}  // namespace fairlead
