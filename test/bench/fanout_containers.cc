#include "test/bench/fanout_containers.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fairlead {
namespace {

constexpr int kFirstPort = 10'000;
// No replica has one of these from the start.
constexpr int kFirstChangedPort = 60'000;
constexpr int kChangedPorts = 5'000;

std::string NameOf(int service) { return absl::StrFormat("s%05d", service); }

uint32_t PublishedPortOf(int replica, int generation) {
  if (generation == 0) return static_cast<uint32_t>(kFirstPort + replica);
  return static_cast<uint32_t>(kFirstChangedPort + generation % kChangedPorts);
}

}  // namespace

std::string FanoutCluster(int service) { return absl::StrCat("bench/", NameOf(service), ":8000"); }

v1::Container FanoutContainer(int service, int replica, int generation) {
  const std::string name = NameOf(service);
  v1::Container container;
  container.set_id(absl::StrFormat("%032x%032x", service, replica));
  container.set_name(absl::StrCat("bench-", name, "-", replica));
  container.set_image("web");
  auto& labels = *container.mutable_labels();
  labels["com.docker.compose.project"] = "bench";
  labels["com.docker.compose.service"] = name;
  (*container.mutable_environment())["VIRTUAL_HOST"] = absl::StrCat(name, ".example");
  v1::NetworkAttachment& network = *container.add_networks();
  network.set_name("bench");
  network.set_id("net-bench");
  network.set_driver("bridge");
  network.set_ipv4(absl::StrCat("172.20.", replica / 250 % 250, ".", 1 + replica % 250));
  v1::Port& port = *container.add_ports();
  port.set_container_port(8000);
  port.set_protocol("tcp");
  v1::PublishedPort& published = *port.add_published();
  published.set_host_ip("0.0.0.0");
  published.set_host_port(PublishedPortOf(replica, generation));
  container.set_state(v1::Container::RUNNING);
  container.set_health(v1::Container::NO_CHECK);
  container.mutable_started_at()->set_seconds(1700000000 + replica);
  container.mutable_created_at()->set_seconds(1700000000 + replica);
  container.set_network_mode("bench");
  return container;
}

}  // namespace fairlead
