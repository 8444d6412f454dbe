#pragma once

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "envoy/config/endpoint/v3/load_report.pb.h"

namespace fairlead {

// Bytes of a LoadStatsRequest, and of what it says of one cluster. An endpoint takes about 100.
inline constexpr size_t kMostReportBytes = 4 << 20;
inline constexpr size_t kMostClusterReportBytes = 1 << 20;

// Calls `visit` for each cluster of a serialized LoadStatsRequest, one after the other: as a
// message it could need a hundred times its bytes. INVALID_ARGUMENT: it is none;
// RESOURCE_EXHAUSTED: it, or a cluster, has too many bytes. Those before have been visited.
absl::Status ForEachClusterReport(
    absl::string_view request,
    absl::FunctionRef<void(const envoy::config::endpoint::v3::ClusterStats&)> visit);

}  // namespace fairlead
