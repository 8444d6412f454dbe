#pragma once

#include <string>
#include <vector>

#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"

namespace fairlead {

// The fairlead.* labels that there are, honoured or not, without "fairlead.": "host", "port", ...
const std::vector<std::string>& LabelNames();

// Names every word of a container that asks for a host and that is understood but not honoured,
// with what follows.
void NoteIgnored(const v1::Container& container, const Place& place, Problems& problems);

// Names each fairlead.* label that does not exist (the first ten).
void NoteUnknownLabels(const v1::Container& container, const Place& place, Problems& problems);

}  // namespace fairlead
