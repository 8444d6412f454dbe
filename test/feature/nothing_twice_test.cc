// A client is never sent what it has: responses, resources and bytes are counted while agents,
// engines and the server come and go without any change of content.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "test/feature/world.h"
#include "test/feature/xds_sample.h"
#include "test/feature/xds_silence.h"

namespace fairlead {
namespace {

constexpr char kWeb[] = "shop/web:8000";

// A proxy of the default group that asks for everything, as Envoy does.
XdsClient::Options OptionsFor(World& world, Variant variant, int connection) {
  XdsClient::Options options;
  options.address = world.server().xds_address();
  options.variant = variant;
  options.node.set_id(absl::StrCat("connection-", connection));
  return options;
}

// `before`: the stream whose content the client still has; null: it comes new.
void AskForAll(XdsClient& client, Variant variant, const XdsClient* before) {
  const std::pair<Type, std::vector<std::string>> wanted[] = {{Type::kCluster, {}},
                                                              {Type::kEndpoint, {kWeb}},
                                                              {Type::kListener, {}},
                                                              {Type::kRoute, {"http"}}};
  for (const auto& [type, names] : wanted) {
    client.Remember(type, names);
    XdsAsk ask;
    ask.type_url = std::string(TypeUrl(type));
    ask.names = names;
    if (before != nullptr && variant == Variant::kDelta) ask.initial_versions = before->held(type);
    if (before != nullptr && variant == Variant::kSotw) ask.version = before->last(type).version;
    client.Send(ask);
  }
}

class NothingTwice : public testing::TestWithParam<Variant> {
 protected:
  NothingTwice() : world_(WithoutWarmUp()) {
    world_.AddAgent(1).Run(ContainerOf("web", 1));
    world_.AddAgent(2).Run(ContainerOf("web", 2));
    FakeProxy& proxy = world_.AddProxy();
    EXPECT_TRUE(proxy.AwaitHealthy(kWeb, {AddressOf("192.0.2.1", 1), AddressOf("192.0.2.2", 2)}));
    Connect(nullptr);
    EXPECT_EQ(client_->total().resources, 4u);  // of each type one
  }

  static World::Options WithoutWarmUp() {
    World::Options options;
    options.server.control.warm_up = absl::ZeroDuration();
    return options;
  }
  void Connect(const XdsClient* before) {
    client_ = std::make_unique<XdsClient>(OptionsFor(world_, GetParam(), ++connections_));
    AskForAll(*client_, GetParam(), before);
    Settle(world_.server(), *client_);
  }
  // The agents have told everything and heard that the server has it.
  void AwaitAgents() {
    for (int n = 1; n <= 2; ++n) EXPECT_TRUE(world_.agent(n).AwaitAcknowledged());
  }
  void ExpectSilence() { fairlead::ExpectSilence(world_.server(), *client_); }

  World world_;
  int connections_ = 0;
  std::unique_ptr<XdsClient> client_;
};
INSTANTIATE_TEST_SUITE_P(Variants, NothingTwice, testing::Values(Variant::kSotw, Variant::kDelta),
                         [](const auto& variant) {
                           return variant.param == Variant::kSotw ? "Sotw" : "Delta";
                         });

TEST_P(NothingTwice, AResyncOfAnAgentSendsNothing) {
  world_.agent(1).SkipSequence();
  world_.agent(1).Run(ContainerOf("web", 1));
  AwaitAgents();
  EXPECT_GE(world_.agent(1).resyncs(), 1);
  ExpectSilence();
}

TEST_P(NothingTwice, AnAgentThatRestartsSendsNothing) {
  for (int n = 1; n <= 2; ++n) {
    world_.agent(n).Kill();
    world_.agent(n).Start();
    AwaitAgents();
  }
  ExpectSilence();
}

TEST_P(NothingTwice, AnEngineThatIsLostAndFoundSendsNothing) {
  world_.agent(1).LoseEngine("connection refused");
  AwaitAgents();
  world_.agent(1).FindEngine();
  AwaitAgents();
  ExpectSilence();
}

TEST_P(NothingTwice, ARestartedServerSendsWhatIsOwedAlone) {
  world_.StopServer();
  world_.StartServer();
  const std::unique_ptr<XdsClient> before = std::move(client_);
  Connect(before.get());
  const XdsClient::Total total = client_->total();
  if (GetParam() == Variant::kDelta) {
    EXPECT_EQ(total.resources, 0u);
    EXPECT_EQ(total.removed, 0u);
    EXPECT_LE(total.responses, 2u);  // that there is nothing, of the two wildcards
    EXPECT_LT(total.bytes, 500u);
  } else {
    // Listeners, and what is named (SW14); no clusters.
    EXPECT_EQ(client_->responses(Type::kCluster), 0u);
    EXPECT_EQ(total.resources, 3u);
    EXPECT_EQ(total.responses, 3u);
  }
  // The agents come back, and say what is known.
  AwaitAgents();
  ExpectSilence();
}

TEST_P(NothingTwice, AClientThatComesBackIsSentWhatIsOwedAlone) {
  const std::unique_ptr<XdsClient> before = std::move(client_);
  Connect(before.get());
  EXPECT_EQ(client_->total().resources, GetParam() == Variant::kDelta ? 0u : 3u);
  ExpectSilence();
}

TEST_P(NothingTwice, AChangeOfOneContainerIsOneResponseWithOneResource) {
  const XdsClient::Total before = client_->total();
  world_.agent(1).Run(ContainerOf("web", 3));
  const XdsTold told = client_->NextAndAck();
  EXPECT_EQ(told.type_url, TypeUrl(Type::kEndpoint));
  ExpectSilence();
  EXPECT_EQ(client_->total().responses, before.responses + 1);
  EXPECT_EQ(client_->total().resources, before.resources + 1);
  EXPECT_LT(client_->total().bytes - before.bytes, 2'000u);
}

TEST_P(NothingTwice, APutOfEqualContentSendsNothing) {
  const auto admin = v1::AdminService::NewStub(
      grpc::CreateChannel(world_.server().admin_address(), grpc::InsecureChannelCredentials()));
  v1::PutResourcesRequest put;
  put.mutable_scope()->set_group("default");
  *put.add_resources() = SampleOf(Type::kCluster, "static", "1");
  *put.add_resources() = SampleOf(Type::kListener, "static", "1");
  const auto put_it = [&] {
    grpc::ClientContext context;
    v1::PutResourcesResponse response;
    EXPECT_TRUE(admin->PutResources(&context, put, &response).ok());
    return response.changed();
  };
  EXPECT_EQ(put_it(), 2u);
  EXPECT_EQ(client_->NextAndAck().type_url, TypeUrl(Type::kCluster));
  EXPECT_EQ(client_->NextAndAck().type_url, TypeUrl(Type::kListener));
  ExpectSilence();
  EXPECT_EQ(put_it(), 0u);
  ExpectSilence();
  // Another version for the same content changes no content.
  put.set_version("2");
  EXPECT_EQ(put_it(), 0u);
  ExpectSilence();
}

// What changes while a response is not answered goes out as one.
TEST_P(NothingTwice, ABurstOfChangesIsFewResponses) {
  const XdsClient::Total before = client_->total();
  for (int i = 0; i < 200; ++i) {
    world_.agent(1).Run(ContainerOf("web", 10 + i % 2));
    world_.agent(1).Remove(ContainerOf("web", 10 + i % 2).id());
  }
  AwaitAgents();
  // Without an answer: one (state of the world), or four.
  const uint64_t most_in_flight = GetParam() == Variant::kSotw ? 1 : 4;
  std::vector<XdsTold> told;
  while (told.empty() || !told.back().nonce.empty()) {
    told.push_back(client_->Next(absl::ZeroDuration()));
  }
  told.pop_back();
  EXPECT_LE(told.size(), most_in_flight);
  for (const XdsTold& response : told) client_->Ack(response);
  Settle(world_.server(), *client_);
  EXPECT_LE(client_->total().responses - before.responses, most_in_flight + 2);
  EXPECT_EQ(client_->total().responses - before.responses,
            client_->total().resources - before.resources);
}

}  // namespace
}  // namespace fairlead
