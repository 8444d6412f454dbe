// Whatever a proxy reports of its load: each cluster of a message that Protobuf reads is visited
// once.
//   test/fuzz server/load:load_report_fuzz
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "envoy/service/load_stats/v3/lrs.pb.h"
#include "server/load/load_report.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> visited;
  const absl::Status status = fairlead::ForEachClusterReport(
      bytes, [&](const envoy::config::endpoint::v3::ClusterStats& cluster) {
        visited.push_back(cluster.cluster_name());
      });
  envoy::service::load_stats::v3::LoadStatsRequest request;
  if (!request.ParseFromString(bytes)) return 0;
  if (!status.ok()) std::abort();
  if (visited.size() != static_cast<size_t>(request.cluster_stats_size())) std::abort();
  for (size_t i = 0; i < visited.size(); ++i) {
    if (visited[i] != request.cluster_stats(static_cast<int>(i)).cluster_name()) std::abort();
  }
  return 0;
}
