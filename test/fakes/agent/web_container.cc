#include "test/fakes/agent/web_container.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fairlead {
namespace {

// The same in each run; std::hash need not be.
uint64_t NumberOf(const std::string& text) {
  uint64_t number = 14695981039346656037u;  // FNV-1a
  for (const char c : text) number = (number ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return number;
}

}  // namespace

v1::Container WebContainer(const std::string& host_id, int number, const std::string& ip) {
  v1::Container container;
  container.set_id(absl::StrFormat("%016x%048x", NumberOf(host_id), number));
  container.set_name(absl::StrCat("shop-web-", number));
  container.set_image("web");
  (*container.mutable_labels())["com.docker.compose.project"] = "shop";
  (*container.mutable_labels())["com.docker.compose.service"] = "web";
  (*container.mutable_labels())["com.docker.compose.container-number"] = absl::StrCat(number);
  (*container.mutable_environment())["VIRTUAL_HOST"] = "shop.example";
  v1::NetworkAttachment& network = *container.add_networks();
  network.set_name("shop_default");
  network.set_id("net-" + host_id);
  network.set_driver("bridge");
  network.set_ipv4(ip);
  v1::Port& port = *container.add_ports();
  port.set_container_port(8000);
  port.set_protocol("tcp");
  container.set_state(v1::Container::RUNNING);
  container.set_health(v1::Container::NO_CHECK);
  container.mutable_started_at()->set_seconds(1700000000 + number);
  container.mutable_created_at()->set_seconds(1700000000 + number);
  container.set_network_mode("shop_default");
  return container;
}

}  // namespace fairlead
