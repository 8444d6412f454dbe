#pragma once

#include <string>
#include <vector>

#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"

namespace fairlead {

// The fairlead.* labels that there are, honoured or not, without "fairlead.": "host", "port", ...
const std::vector<std::string>& LabelNames();

// Names every word of a container that asks for a host and that is understood but not honoured yet,
// with what follows. False: going on without the word would open to everyone what was meant for
// few, so the container must not be published.
bool MayIgnore(const v1::Container& container, const Place& place, Problems& problems);

// Names each fairlead.* label that does not exist (the first ten).
void NoteUnknownLabels(const v1::Container& container, const Place& place, Problems& problems);

// Names VIRTUAL_HOST_MULTIPORTS, which is a routing word of its own: it may be all that a container
// says.
void NoteMultiports(const v1::Container& container, const Place& place, Problems& problems);

}  // namespace fairlead
