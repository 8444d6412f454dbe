// Load reports (LRS) over real gRPC: asked for, summed by service and endpoint, and bounded.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "envoy/service/load_stats/v3/lrs.grpc.pb.h"
#include "fairlead/v1/admin.pb.h"
#include "test/feature/world.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterStats;
using envoy::service::load_stats::v3::LoadReportingService;
using envoy::service::load_stats::v3::LoadStatsRequest;
using envoy::service::load_stats::v3::LoadStatsResponse;

// One proxy's stream of reports.
class Reporter {
 public:
  explicit Reporter(const std::string& address)
      : channel_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        stub_(LoadReportingService::NewStub(channel_)),
        stream_(stub_->StreamLoadStats(&context_)) {}

  // What the server asks for.
  LoadStatsResponse Hello() {
    LoadStatsResponse response;
    EXPECT_TRUE(stream_->Write(LoadStatsRequest()));
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }

  void Report(const ClusterStats& stats) {
    LoadStatsRequest request;
    *request.add_cluster_stats() = stats;
    EXPECT_TRUE(stream_->Write(request));
  }

  // Everything that was reported has been summed by then.
  grpc::Status End() {
    stream_->WritesDone();
    LoadStatsResponse response;
    while (stream_->Read(&response)) {
    }
    return stream_->Finish();
  }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<LoadReportingService::Stub> stub_;
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReaderWriter<LoadStatsRequest, LoadStatsResponse>> stream_;
};

ClusterStats StatsOf(const std::string& cluster, uint64_t requests, uint64_t errors) {
  ClusterStats stats;
  stats.set_cluster_name(cluster);
  stats.mutable_load_report_interval()->set_seconds(2);
  auto& locality = *stats.add_upstream_locality_stats();
  locality.set_total_issued_requests(requests);
  locality.set_total_error_requests(errors);
  return stats;
}

class LoadReports : public testing::Test {
 protected:
  LoadReports() {
    FakeAgent& agent = world_.AddAgent(1);
    agent.Run(ContainerOf("web", 1));
    EXPECT_TRUE(agent.AwaitAcknowledged());
  }

  v1::Service Web() {
    v1::ListServicesResponse services;
    world_.server().inspection().Services("shop/web", services);
    EXPECT_EQ(services.services_size(), 1);
    return services.services_size() == 1 ? services.services(0) : v1::Service();
  }

  World world_;
};

TEST_F(LoadReports, ProxiesAreAskedForAllClustersAndEndpoints) {
  Reporter reporter(world_.server().xds_address());
  const LoadStatsResponse asked = reporter.Hello();
  EXPECT_TRUE(asked.send_all_clusters());
  EXPECT_TRUE(asked.report_endpoint_granularity());
  EXPECT_EQ(asked.load_reporting_interval().seconds(), 5);
  EXPECT_TRUE(reporter.End().ok());
}

TEST_F(LoadReports, ReportsOfAllProxiesAreSummed) {
  const v1::Service before = Web();
  ASSERT_EQ(before.clusters_size(), 1);
  EXPECT_EQ(before.requests(), 0u);

  Reporter first(world_.server().xds_address());
  Reporter second(world_.server().xds_address());
  for (Reporter* const reporter : {&first, &second}) {
    reporter->Hello();
    reporter->Report(StatsOf(before.clusters(0), 10, 1));
    reporter->Report(StatsOf(before.clusters(0), 20, 0));
  }
  EXPECT_TRUE(first.End().ok());
  EXPECT_TRUE(second.End().ok());
  const v1::Service after = Web();
  EXPECT_EQ(after.requests(), 60u);
  EXPECT_EQ(after.errors(), 2u);
}

TEST_F(LoadReports, NonsenseIsTakenWithoutHarm) {
  Reporter reporter(world_.server().xds_address());
  reporter.Hello();
  reporter.Report(ClusterStats());
  ClusterStats backwards = StatsOf("nobody", 1, 7);
  backwards.mutable_load_report_interval()->set_seconds(-3);
  reporter.Report(backwards);
  reporter.Report(StatsOf(std::string(100'000, 'x'), ~uint64_t{0}, ~uint64_t{0}));
  EXPECT_TRUE(reporter.End().ok());
  EXPECT_EQ(Web().requests(), 0u);
}

TEST(LoadReportLimits, OneStreamTooManyIsToldWhichLimit) {
  World::Options options;
  options.server.xds.most_streams = 1;
  World world(options);
  Reporter first(world.server().xds_address());
  first.Hello();
  Reporter second(world.server().xds_address());
  const grpc::Status refused = second.End();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.error_message(),
            "more than 1 streams of load reports at once; raise --max-xds-streams");
  EXPECT_TRUE(first.End().ok());
}

}  // namespace
}  // namespace fairlead
