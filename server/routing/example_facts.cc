#include "server/routing/example_facts.h"

namespace fairlead {
namespace {

void SetWords(const ExampleContainer& example, v1::Container& container) {
  auto& labels = *container.mutable_labels();
  auto& environment = *container.mutable_environment();
  if (!example.service.empty()) {
    labels["com.docker.compose.project"] = example.project;
    labels["com.docker.compose.service"] = example.service;
  }
  if (!example.virtual_host.empty()) environment["VIRTUAL_HOST"] = example.virtual_host;
  if (!example.path.empty()) environment["VIRTUAL_PATH"] = example.path;
  if (!example.port.empty()) environment["VIRTUAL_PORT"] = example.port;
  for (const auto& [label, value] : example.labels) labels[label] = value;
}

void SetNetwork(const ExampleContainer& example, v1::Container& container) {
  container.set_network_mode(example.network_mode);
  if (!example.ip.empty()) {
    v1::NetworkAttachment& network = *container.add_networks();
    network.set_name("shop_default");
    network.set_driver("bridge");
    network.set_ipv4(example.ip);
  }
  if (example.exposed == 0) return;
  v1::Port& port = *container.add_ports();
  port.set_container_port(example.exposed);
  port.set_protocol("tcp");
  if (example.published == 0) return;
  v1::PublishedPort& published = *port.add_published();
  published.set_host_ip("0.0.0.0");
  published.set_host_port(example.published);
}

}  // namespace

ContainerFacts ExampleContainer::Facts() const {
  auto container = std::make_shared<v1::Container>();
  container->set_id(id);
  container->set_name(name.empty() ? id : name);
  container->set_state(state);
  container->set_health(health);
  container->set_stopping(stopping);
  container->mutable_created_at()->set_seconds(created_at);
  if (started_at > 0) container->mutable_started_at()->set_seconds(started_at);
  SetWords(*this, *container);
  SetNetwork(*this, *container);
  return container;
}

ContainerChange Is(const std::string& host_id, const ExampleContainer& container) {
  return {host_id, container.id, nullptr, container.Facts()};
}

ContainerChange Gone(const std::string& host_id, const std::string& container_id) {
  return {host_id, container_id, nullptr, nullptr};
}

HostChange HostIs(const std::string& id, std::vector<std::string> addresses, bool silent,
                  const std::string& zone) {
  auto facts = std::make_shared<HostFacts>();
  facts->id = id;
  facts->name = id;
  facts->addresses = std::move(addresses);
  facts->silent = silent;
  facts->zone = zone;
  return {id, nullptr, std::move(facts)};
}

HostChange HostGone(const std::string& id) { return {id, nullptr, nullptr}; }

}  // namespace fairlead
