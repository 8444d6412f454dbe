#pragma once

#include <string>
#include <vector>

#include "clients/compose/drop_in_judgement.h"
#include "clients/compose/import.h"
#include "clients/compose/service.h"

namespace fairlead {

// What becomes of a mount, or of one of nginx's files in it.
struct MountJudgement {
  std::string path;  // in the container
  Judgement judgement;
};

// Of a mount of the proxy's. Folders of this machine are looked into, below `folder` if their path
// is relative: of files with nginx's directives it is said what is not needed, and what would take
// the place of the rest.
std::vector<MountJudgement> JudgeMount(const ComposeMount& mount, const std::string& folder,
                                       const LocalFiles& files);

}  // namespace fairlead
