#include "clients/compose/container_facts.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "server/vocabulary/words.h"

namespace fairlead {
namespace {

class FactsMaker {
 public:
  explicit FactsMaker(const ComposeProject& project) : project_(project) {}

  ForeseenFacts Make() {
    for (size_t i = 0; i < project_.services.size(); ++i) {
      for (uint32_t number = 1; number <= ReplicasOf(project_.services[i]); ++number) {
        facts_.containers.push_back({ContainerOf(project_.services[i], number), i, false});
      }
    }
    // When all of them have their ids.
    for (ForeseenContainer& container : facts_.containers) SetNetwork(container);
    return std::move(facts_);
  }

 private:
  std::string NextId() { return absl::StrFormat("%064x", ++ids_); }

  v1::Container ContainerOf(const ComposeService& service, uint32_t number) {
    v1::Container container;
    container.set_id(NextId());
    const bool is_named = service.container_name.has_value();
    container.set_name(is_named ? service.container_name->text
                                : absl::StrCat(project_.name, "-", service.name, "-", number));
    if (service.image.has_value()) container.set_image(service.image->text);
    container.set_state(v1::Container::RUNNING);
    container.set_health(service.has_health_check.value_or(false) ? v1::Container::HEALTHY
                                                                  : v1::Container::NO_CHECK);
    container.mutable_started_at()->set_seconds(1);
    container.mutable_created_at()->set_seconds(1);
    auto& labels = *container.mutable_labels();
    for (const auto& [name, label] : service.labels) labels[name] = label.text;
    labels["com.docker.compose.project"] = project_.name;
    labels["com.docker.compose.service"] = service.name;
    labels["com.docker.compose.container-number"] = absl::StrCat(number);
    labels["com.docker.compose.oneoff"] = "False";
    // As agents do: nothing else leaves a host.
    for (const absl::string_view name : kEnvironmentNames) {
      const auto found = service.environment.find(std::string(name));
      if (found == service.environment.end()) continue;
      (*container.mutable_environment())[found->first] = *found->second.value;
    }
    AddPorts(service, container);
    return container;
  }

  static void AddPorts(const ComposeService& service, v1::Container& container) {
    std::map<std::pair<uint32_t, std::string>, std::set<std::pair<std::string, uint32_t>>> ports;
    for (const ComposePort& port : service.ports) {
      auto& published = ports[{port.container_port, port.protocol}];
      if (port.host_port != 0) published.emplace(port.host_ip, port.host_port);
    }
    for (const auto& [key, published] : ports) {
      v1::Port& port = *container.add_ports();
      port.set_container_port(key.first);
      port.set_protocol(key.second);
      for (const auto& [ip, host_port] : published) {
        v1::PublishedPort& at = *port.add_published();
        at.set_host_ip(ip);
        at.set_host_port(host_port);
      }
    }
  }

  void SetNetwork(ForeseenContainer& container) {
    const ComposeService& service = project_.services[container.service];
    const std::string mode =
        service.network_mode.has_value() ? service.network_mode->text : std::string();
    absl::string_view owner = mode;
    if (absl::ConsumePrefix(&owner, "service:") || absl::ConsumePrefix(&owner, "container:")) {
      container.facts.set_network_mode(
          absl::StrCat("container:", IdOf(std::string(owner), container)));
    } else if (mode == "host" || mode == "none") {
      container.facts.set_network_mode(mode);
    } else if (!mode.empty() || project_.is_first_form) {
      // "bridge", "default", or a network by its own name.
      container.facts.set_network_mode(mode.empty() ? "bridge" : mode);
      Attach(mode.empty() || mode == "default" ? "bridge" : mode, "", container.facts);
    } else {
      AttachToNetworks(service, container.facts);
    }
  }

  void AttachToNetworks(const ComposeService& service, v1::Container& container) {
    std::map<std::string, std::string> drivers;  // by name, sorted as an agent does
    const auto add = [&](const std::string& key) {
      const auto network = project_.networks.find(key);
      if (network != project_.networks.end()) {
        drivers[network->second.name] = network->second.driver;
      }
    };
    for (const auto& [key, place] : service.networks) add(key);
    if (service.networks.empty()) add("default");
    for (const auto& [name, driver] : drivers) Attach(name, driver, container);
    if (!drivers.empty()) container.set_network_mode(drivers.begin()->first);
  }

  void Attach(const std::string& name, const std::string& driver, v1::Container& container) {
    ++addresses_;
    v1::NetworkAttachment& network = *container.add_networks();
    network.set_name(name);
    network.set_driver(driver);
    network.set_ipv4(absl::StrCat("10.", addresses_ >> 16 & 255, ".", addresses_ >> 8 & 255, ".",
                                  addresses_ & 255));
  }

  // Of a service's first container, or of a container by its name.
  std::string IdOf(const std::string& owner, ForeseenContainer& sharer) {
    for (const ForeseenContainer& other : facts_.containers) {
      const bool is_it =
          project_.services[other.service].name == owner || other.facts.name() == owner;
      if (is_it) return other.facts.id();
    }
    sharer.shares_foreign_network = true;
    v1::Container& stand_in = facts_.foreign.emplace_back();
    stand_in.set_id(NextId());
    stand_in.set_name(owner);
    stand_in.set_state(v1::Container::RUNNING);
    stand_in.set_network_mode("bridge");
    Attach("bridge", "", stand_in);
    return stand_in.id();
  }

  const ComposeProject& project_;
  ForeseenFacts facts_;
  uint64_t ids_ = 0;
  uint32_t addresses_ = 0;
};

}  // namespace

ForeseenFacts FactsOf(const ComposeProject& project) { return FactsMaker(project).Make(); }

}  // namespace fairlead
