#include "test/feature/xds_cases.h"

#include <atomic>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

int NextNumber() {
  static std::atomic<int> last{0};
  return ++last;
}

}  // namespace

World* XdsCases::world_ = nullptr;

void XdsCases::SetUpTestSuite() {
  World::Options options;
  options.server.control.warm_up = absl::ZeroDuration();
  world_ = new World(options);
}

void XdsCases::TearDownTestSuite() {
  delete world_;
  world_ = nullptr;
}

XdsCases::XdsCases()
    : group_(absl::StrCat("case-", NextNumber())),
      admin_(v1::AdminService::NewStub(grpc::CreateChannel(world_->server().admin_address(),
                                                           grpc::InsecureChannelCredentials()))) {}

void XdsCases::Put(Type type, const Marked& samples, const std::string& version) {
  v1::PutResourcesRequest put;
  put.set_version(version);
  for (const auto& [name, mark] : samples) *put.add_resources() = SampleOf(type, name, mark);
  PutForGroup(std::move(put));
}

void XdsCases::PutForGroup(v1::PutResourcesRequest put) {
  put.mutable_scope()->set_group(group_);
  grpc::ClientContext context;
  v1::PutResourcesResponse response;
  const grpc::Status status = admin_->PutResources(&context, put, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  AwaitStreamsKnow();
}

// The admin call returns when the streams' threads have been told. What they are asked afterwards,
// they answer afterwards.
void XdsCases::AwaitStreamsKnow() {
  grpc::ClientContext context;
  v1::ListProxiesResponse response;
  const grpc::Status status = admin_->ListProxies(&context, {}, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

void XdsCases::Replace(const std::vector<std::pair<Type, Marked>>& types) {
  v1::PutResourcesRequest put;
  put.set_replace(true);
  for (const auto& [type, samples] : types) {
    for (const auto& [name, mark] : samples) *put.add_resources() = SampleOf(type, name, mark);
  }
  PutForGroup(std::move(put));
}

void XdsCases::Delete(Type type, const std::vector<std::string>& names) {
  v1::DeleteResourcesRequest deletion;
  deletion.mutable_scope()->set_group(group_);
  deletion.set_type(std::string(ShortName(type)));
  for (const std::string& name : names) deletion.add_names(name);
  grpc::ClientContext context;
  v1::DeleteResourcesResponse response;
  const grpc::Status status = admin_->DeleteResources(&context, deletion, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  AwaitStreamsKnow();
}

XdsClient::Options XdsCases::OptionsFor(Variant variant, absl::optional<Type> only) {
  XdsClient::Options options;
  options.address = world_->server().xds_address();
  options.variant = variant;
  options.only = only;
  options.node.set_id(absl::StrCat(group_, "-", NextNumber()));
  (*(*options.node.mutable_metadata()->mutable_fields())["fairlead"]
        .mutable_struct_value()
        ->mutable_fields())["group"]
      .set_string_value(group_);
  return options;
}

std::string NameOf(const testing::TestParamInfo<XdsPlace>& place) {
  return absl::StrCat(place.param.ads ? "Ads" : "Own", ShortName(place.param.type));
}

}  // namespace fairlead
