#include "server/routing/addresses.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/routing/ip.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

// Swarm's own; nobody is reached on it (nginx-proxy leaves it out too).
constexpr absl::string_view kIngress = "ingress";

struct Candidate {
  Address address;
  bool v6;
};

// Collects addresses and sees to it that none is where no endpoint may be.
class Candidates {
 public:
  void Add(Address::From from, const std::string& network, absl::string_view text, uint16_t port) {
    const std::optional<Ip> ip = ParseIp(text);
    const auto wanted =
        from == Address::From::kPublishedLoopback ? Ip::Kind::kLoopback : Ip::Kind::kOrdinary;
    if (!ip.has_value() || ip->kind != wanted) return;
    candidates_.push_back({Address{from, network, ip->text, port}, ip->v6});
  }

  std::vector<Address> InOrder() && {
    std::stable_sort(candidates_.begin(), candidates_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.address.from, a.v6, a.address.network) <
             std::tie(b.address.from, b.v6, b.address.network);
    });
    std::vector<Address> addresses;
    for (Candidate& candidate : candidates_) {
      if (std::find(addresses.begin(), addresses.end(), candidate.address) == addresses.end()) {
        addresses.push_back(std::move(candidate.address));
      }
    }
    return addresses;
  }

 private:
  std::vector<Candidate> candidates_;
};

bool SpansHosts(absl::string_view driver) {
  return driver == "overlay" || driver == "macvlan" || driver == "ipvlan";
}

void AddNetworks(const Whereabouts& at, Candidates& candidates) {
  for (const v1::NetworkAttachment& network : at.network_owner->networks()) {
    if (network.name() == kIngress) continue;
    const auto add = [&](Address::From from) {
      candidates.Add(from, network.name(), network.ipv4(), at.port);
      candidates.Add(from, network.name(), network.ipv6(), at.port);
    };
    // An engine that does not tell the driver has the usual one.
    if (network.driver() == "bridge" || network.driver().empty()) add(Address::From::kHost);
    if (SpansHosts(network.driver()) || at.routable_networks.contains(network.name())) {
      add(Address::From::kSpanningNetwork);
    }
  }
}

// A port that is published on all of the host's addresses of a family (of both families: `v6` is
// none). Where the host has none of that family, the others are tried: engines bind the IPv6
// wildcard for IPv4 as well.
void AddPublishedEverywhere(const HostFacts& host, std::optional<bool> v6, uint16_t port,
                            Candidates& candidates) {
  std::vector<Ip> family;
  std::vector<Ip> others;
  for (const std::string& text : host.addresses) {
    std::optional<Ip> ip = ParseIp(text);
    if (!ip.has_value()) continue;
    (v6.has_value() && *v6 != ip->v6 ? others : family).push_back(*std::move(ip));
  }
  for (const Ip& ip : family.empty() ? others : family) {
    // The host is told to be reached at its own loopback: that is true of whoever stands on it.
    const auto from = ip.kind == Ip::Kind::kLoopback ? Address::From::kPublishedLoopback
                                                     : Address::From::kPublished;
    candidates.Add(from, "", ip.text, port);
  }
}

void AddPublished(const Whereabouts& at, const v1::PublishedPort& published,
                  Candidates& candidates) {
  if (published.host_port() < 1 || published.host_port() > 65535) return;
  const auto port = static_cast<uint16_t>(published.host_port());
  if (published.host_ip().empty()) {
    if (at.host != nullptr) AddPublishedEverywhere(*at.host, std::nullopt, port, candidates);
    return;
  }
  const std::optional<Ip> ip = ParseIp(published.host_ip());
  if (!ip.has_value()) return;
  if (ip->kind == Ip::Kind::kUnspecified) {
    if (at.host != nullptr) AddPublishedEverywhere(*at.host, ip->v6, port, candidates);
  } else {
    candidates.Add(ip->kind == Ip::Kind::kLoopback ? Address::From::kPublishedLoopback
                                                   : Address::From::kPublished,
                   "", ip->text, port);
  }
}

void AddPublishedPorts(const Whereabouts& at, Candidates& candidates) {
  for (const v1::Port& port : at.network_owner->ports()) {
    if (port.container_port() != at.port || port.protocol() != "tcp") continue;
    for (const v1::PublishedPort& published : port.published()) {
      AddPublished(at, published, candidates);
    }
  }
}

void AddHostNetwork(const Whereabouts& at, Candidates& candidates) {
  if (at.host == nullptr) return;
  for (const std::string& text : at.host->addresses) {
    candidates.Add(Address::From::kHostNetwork, "", text, at.port);
  }
}

std::pair<std::string, std::string> WhyNone(const Whereabouts& at) {
  if (at.network_owner == nullptr) {
    return {absl::StrCat("it shares the network of the container ",
                         PrintableAscii(NetworkOwnerId(at.container).substr(0, 12)),
                         ", which is not there or has none"),
            "start that container, and then this one again"};
  }
  if (at.network_owner->network_mode() == "host") {
    return {"it is in the host's network, and no address is known at which others reach the host",
            "tell the host's agent an address that is not loopback: --advertise-address, or the "
            "variable FAIRLEAD_ADVERTISE_ADDRESS, also of the drop-in image"};
  }
  if (at.network_owner->network_mode() == "none") {
    return {"it has no network (network_mode: none)", "connect it to a network"};
  }
  if (!at.published_ports) {
    return {
        "it has no address on a network that is known to be reachable, and ports that the host "
        "publishes are not used (--published-ports=false)",
        "connect it to a bridge network; a network that spans hosts by other means goes in the "
        "configuration as routable"};
  }
  return {
      absl::StrCat("it has no address on a network that is known to be reachable, and port ",
                   at.port, " is not published at an address of the host that is known"),
      absl::StrCat("connect it to a bridge network, or publish the port, as in ports: [\"", at.port,
                   "\"]; a network that spans hosts by other means goes in the "
                   "configuration as routable")};
}

}  // namespace

std::string NetworkOwnerId(const v1::Container& container) {
  absl::string_view id = container.network_mode();
  return absl::ConsumePrefix(&id, "container:") ? std::string(id) : "";
}

std::vector<Address> AddressesOf(const Whereabouts& at, const Place& place, Problems& problems) {
  Candidates candidates;
  if (at.network_owner != nullptr) {
    AddNetworks(at, candidates);
    if (at.published_ports) AddPublishedPorts(at, candidates);
    if (at.network_owner->network_mode() == "host") AddHostNetwork(at, candidates);
  }
  std::vector<Address> addresses = std::move(candidates).InOrder();
  if (addresses.empty()) {
    auto [why, cure] = WhyNone(at);
    problems.push_back({place, Problem::Severity::kError,
                        absl::StrCat("no reachable address: ", why, "; it gets no traffic"),
                        std::move(cure)});
  }
  return addresses;
}

}  // namespace fairlead
