#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"

namespace fairlead {

// The service that a container is of, on whatever host it runs: the label fairlead.service, else
// PROJECT/SERVICE from Compose's labels com.docker.compose.project and .service, else the
// container's name, else its id ("unnamed" if neither fits, which no engine does). Never empty.
// Letters, digits, '-', '_' and '.', at most 253 bytes in all, and at most one '/'; what is before
// a '/' has no dot (no Compose project has one), so that no service is ever taken for a host and
// path such as "shop.example/api". A label that does not fit is refused with a problem, and the
// next one in the row counts.
std::string ServiceName(const v1::Container& container, const Place& place, Problems& problems);

// If `text` has that form.
bool IsServiceName(absl::string_view text);

}  // namespace fairlead
