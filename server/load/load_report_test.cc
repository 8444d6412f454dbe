#include "server/load/load_report.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "envoy/service/load_stats/v3/lrs.pb.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterStats;
using envoy::service::load_stats::v3::LoadStatsRequest;

absl::Status Read(const std::string& bytes, std::vector<std::string>& clusters) {
  return ForEachClusterReport(
      bytes, [&](const ClusterStats& stats) { clusters.push_back(stats.cluster_name()); });
}

TEST(LoadReport, YieldsEachCluster) {
  LoadStatsRequest request;
  request.mutable_node()->set_id("edge-1");
  request.add_cluster_stats()->set_cluster_name("a");
  request.add_cluster_stats()->set_cluster_name("b");
  std::vector<std::string> clusters;
  ASSERT_TRUE(Read(request.SerializeAsString(), clusters).ok());
  EXPECT_EQ(clusters, (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(Read("", clusters).ok());
}

TEST(LoadReport, RefusesWhatIsNone) {
  LoadStatsRequest request;
  request.add_cluster_stats()->set_cluster_name("cluster");
  const std::string whole = request.SerializeAsString();
  for (const std::string& bytes :
       {whole.substr(0, whole.size() - 1), std::string("\x12\x02\xff\xff"), std::string("\xff"),
        std::string("\x12"), std::string("\x07")}) {
    std::vector<std::string> clusters;
    EXPECT_EQ(Read(bytes, clusters).message(), "a load report is no LoadStatsRequest");
    EXPECT_TRUE(clusters.empty());
  }
}

TEST(LoadReport, RefusesWhatIsTooLarge) {
  LoadStatsRequest request;
  request.add_cluster_stats()->set_cluster_name(std::string(kMostClusterReportBytes, 'a'));
  std::vector<std::string> clusters;
  EXPECT_EQ(Read(request.SerializeAsString(), clusters).message(),
            "a load report has more than 1048576 bytes of one cluster");
  EXPECT_EQ(Read(std::string(kMostReportBytes + 1, '\x12'), clusters).message(),
            "a load report has more than 4194304 bytes");
  // Two bytes a cluster, and not all of them at once in memory.
  std::string empty;
  for (int i = 0; i < 100'000; ++i) empty += std::string("\x12\x00", 2);
  ASSERT_TRUE(Read(empty, clusters).ok());
  EXPECT_EQ(clusters.size(), 100'000u);
}

}  // namespace
}  // namespace fairlead
