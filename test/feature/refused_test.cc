// What a proxy refuses is a problem that names the container whose words it comes from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fairlead/v1/admin.pb.h"
#include "test/feature/world.h"
#include "test/feature/xds_client.h"

namespace fairlead {
namespace {

constexpr char kCluster[] = "shop/web:8000";

class Refused : public testing::TestWithParam<Variant> {
 protected:
  Refused() {
    world_.AddAgent(1).Run({ContainerOf("web", 1)});
    EXPECT_TRUE(world_.agent(1).AwaitAcknowledged());
  }

  // Refuses the cluster with these words; the problem that this is.
  std::vector<v1::Problem> Refuse(const std::string& words) {
    XdsClient::Options options;
    options.address = world_.server().xds_address();
    options.variant = GetParam();
    options.node.set_id("refuser");
    XdsClient client(options);
    client.Want(Type::kCluster, {kCluster});
    const XdsTold told = client.Next();
    EXPECT_THAT(told.text, testing::StartsWith(kCluster));
    XdsAsk nack;
    nack.type_url = told.type_url;
    nack.nonce = told.nonce;
    if (GetParam() == Variant::kSotw) nack.names = {kCluster};
    nack.error = words;
    EXPECT_TRUE(client.Send(nack));
    // Whoever is answered was heard before.
    client.Want(Type::kEndpoint, {kCluster});
    EXPECT_THAT(client.Next().text, testing::StartsWith(kCluster));
    v1::ListProblemsResponse problems;
    world_.server().inspection().Problems(problems);
    std::vector<v1::Problem> of_client;
    for (const v1::Problem& problem : problems.problems()) {
      if (problem.proxy() == "refuser") of_client.push_back(problem);
    }
    return of_client;
  }

  World world_;
};
INSTANTIATE_TEST_SUITE_P(Variants, Refused, testing::Values(Variant::kSotw, Variant::kDelta),
                         [](const auto& variant) {
                           return variant.param == Variant::kSotw ? "Sotw" : "Delta";
                         });

TEST_P(Refused, WhoIsNamedByTheProxysWordsIsNamedByTheProblems) {
  const auto problems = Refuse("Error adding/updating cluster(s) shop/web:8000: no such policy");
  EXPECT_EQ(problems.size(), 2u);  // that it refused something, and what it is not sent since
  for (const v1::Problem& problem : problems) {
    EXPECT_EQ(problem.container(), "shop-web-1");
    EXPECT_EQ(problem.host(), "h1");
    EXPECT_EQ(problem.service(), kCluster);
    EXPECT_THAT(problem.what(), testing::HasSubstr("no such policy"));
  }
}

TEST_P(Refused, WithoutANameItIsTheProxysAndWhatIsFoundIsTheContainers) {
  std::vector<std::string> containers;
  for (const v1::Problem& problem : Refuse("no such policy")) {
    containers.push_back(problem.container());
    if (problem.container().empty()) {
      EXPECT_EQ(problem.word(), "CDS");
    }
  }
  EXPECT_THAT(containers, testing::UnorderedElementsAre("", "shop-web-1"));
}

}  // namespace
}  // namespace fairlead
