#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"

namespace fairlead {

// The fairlead.* labels that there are, honoured or not, without "fairlead.": "host", "port", ...
const std::vector<std::string>& LabelNames();

// Whether `label` is one of those, or one of nginx-proxy's that are known.
bool IsKnownLabel(absl::string_view label);

// Names every word of a container that asks for a host and that is understood but not honoured,
// with what follows.
void NoteIgnored(const v1::Container& container, const Place& place, Problems& problems);

// Names each fairlead.* label that does not exist (the first ten).
void NoteUnknownLabels(const v1::Container& container, const Place& place, Problems& problems);

// The same for labels that start as nginx-proxy's do: notices, since nginx-proxy may know them.
void NoteUnknownNginxProxyLabels(const v1::Container& container, const Place& place,
                                 Problems& problems);

}  // namespace fairlead
