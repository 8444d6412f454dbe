#include "test/feature/world.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/store/memory_store.h"

namespace fairlead {
namespace {

constexpr int kFirstPublishedPort = 32768;

}  // namespace

v1::Container ContainerOf(const std::string& service, int number, const std::string& virtual_host) {
  v1::Container container;
  container.set_id(absl::StrFormat("%064x", number));
  container.set_name(absl::StrCat("shop-", service, "-", number));
  container.set_image("web");
  (*container.mutable_labels())["com.docker.compose.project"] = "shop";
  (*container.mutable_labels())["com.docker.compose.service"] = service;
  (*container.mutable_environment())["VIRTUAL_HOST"] =
      virtual_host.empty() ? absl::StrCat(service, ".example") : virtual_host;
  container.set_state(v1::Container::RUNNING);
  container.set_health(v1::Container::NO_CHECK);
  container.set_network_mode("shop_default");
  container.mutable_started_at()->set_seconds(1'700'000'000 + number);
  container.mutable_created_at()->set_seconds(1'700'000'000 + number);
  // No bridge address: every view is given the published port.
  auto& port = *container.add_ports();
  port.set_container_port(8000);
  port.set_protocol("tcp");
  port.add_published()->set_host_ip("0.0.0.0");
  port.mutable_published(0)->set_host_port(static_cast<uint32_t>(kFirstPublishedPort + number));
  return container;
}

std::string AddressOf(const std::string& host_ip, int number) {
  return absl::StrCat(host_ip, ":", kFirstPublishedPort + number);
}

World::World(Options options)
    : options_(std::move(options.server)),
      store_(options.store != nullptr ? options.store : std::make_shared<MemoryStore>()) {
  options_.xds_listen = options_.agent_listen = options_.admin_listen = options_.http_listen =
      "127.0.0.1:0";
  StartServer();
  options_.xds_listen = server_->xds_address();
  options_.agent_listen = server_->agent_address();
}

World::~World() {
  agents_.clear();
  proxies_.clear();
}

void World::StopServer() { server_.reset(); }

void World::StartServer(bool forgetful) {
  if (forgetful) store_ = std::make_shared<MemoryStore>();
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options_, *store_);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

FakeAgent& World::AddAgent(int n) {
  FakeAgent::Options options;
  options.address = server_->agent_address();
  options.host_id = absl::StrCat("h", n);
  options.advertise_addresses = {absl::StrCat("192.0.2.", n)};
  return *agents_.emplace_back(std::make_unique<FakeAgent>(options));
}

FakeProxy& World::AddProxy() {
  FakeProxy::Options options;
  const size_t number = proxies_.size() + 1;
  options.address = server_->xds_address();
  options.node_id = absl::StrCat("edge-", number);
  if (number <= agents_.size()) options.host = absl::StrCat("h", number);
  return *proxies_.emplace_back(std::make_unique<FakeProxy>(options));
}

std::vector<FakeProxy::State> World::States() const {
  std::vector<FakeProxy::State> states;
  for (const auto& proxy : proxies_) states.push_back(proxy->state());
  return states;
}

int World::Sent() const {
  int sent = 0;
  for (const auto& proxy : proxies_) sent += proxy->resources() + proxy->removals();
  return sent;
}

}  // namespace fairlead
