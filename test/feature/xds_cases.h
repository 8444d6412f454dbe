#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fairlead/v1/admin.grpc.pb.h"
#include "test/feature/world.h"
#include "test/feature/xds_client.h"
#include "test/feature/xds_sample.h"
#include "test/feature/xds_silence.h"

namespace fairlead {

// A case of docs/xds-rules.md, run against a real server over real gRPC: proxies of a group of the
// test's own, which has what the test puts there and nothing else. One server serves all tests of a
// suite.
class XdsCases : public testing::Test {
 public:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

 protected:
  using Marked = std::vector<std::pair<std::string, std::string>>;  // names with their marks

  XdsCases();

  static World& world() { return *world_; }

  // These three return when whatever a client says then is answered with the new content.
  void Put(Type type, const Marked& samples, const std::string& version = "");
  // These come, and everything else of the same types goes, as one change.
  void Replace(const std::vector<std::pair<Type, Marked>>& types);
  void Delete(Type type, const std::vector<std::string>& names);

  XdsClient::Options OptionsFor(Variant variant, absl::optional<Type> only = absl::nullopt);
  // See xds_silence.h.
  void ExpectSilence(XdsClient& client) { fairlead::ExpectSilence(world_->server(), client); }
  v1::TypeSync SyncOf(const XdsClient& client, Type type) {
    return fairlead::SyncOf(world_->server(), client, type);
  }
  v1::AdminService::Stub& admin() { return *admin_; }

 private:
  void PutForGroup(v1::PutResourcesRequest put);
  void AwaitStreamsKnow();

  static World* world_;

  const std::string group_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

// The same case on ADS and on the type's own service, for each type that it is for.
struct XdsPlace {
  bool ads = true;
  Type type = Type::kCluster;
};
inline constexpr XdsPlace kFullStatePlaces[] = {{true, Type::kCluster},
                                                {false, Type::kCluster},
                                                {true, Type::kListener},
                                                {false, Type::kListener}};
inline constexpr XdsPlace kNamedPlaces[] = {{true, Type::kEndpoint}, {false, Type::kEndpoint},
                                            {true, Type::kRoute},    {false, Type::kRoute},
                                            {true, Type::kSecret},   {false, Type::kSecret}};
std::string NameOf(const testing::TestParamInfo<XdsPlace>& place);

class XdsPlaceCases : public XdsCases, public testing::WithParamInterface<XdsPlace> {
 protected:
  static Type type() { return GetParam().type; }
  absl::optional<Type> only() const {
    return GetParam().ads ? absl::nullopt : absl::optional<Type>(type());
  }
  XdsClient Sotw() { return XdsClient(OptionsFor(Variant::kSotw, only())); }
  XdsClient Delta() { return XdsClient(OptionsFor(Variant::kDelta, only())); }
  using XdsCases::Put;
  void Put(const Marked& samples, const std::string& version = "") {
    XdsCases::Put(type(), samples, version);
  }
  void Delete(const std::vector<std::string>& names) { XdsCases::Delete(type(), names); }
};

}  // namespace fairlead
