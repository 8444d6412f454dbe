#include "server/explain/listener_match.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"

namespace fairlead {
namespace {

using envoy::config::listener::v3::FilterChain;
using envoy::config::listener::v3::FilterChainMatch;
using envoy::config::listener::v3::Listener;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::extensions::transport_sockets::tls::v3::DownstreamTlsContext;

// Names in both, which FilterChainMatch.transport_protocol may have.
constexpr char kTls[] = "tls";
constexpr char kRaw[] = "raw_buffer";

uint32_t PortOf(const Listener& listener) {
  return listener.address().socket_address().port_value();
}

std::string AddressOf(const Listener& listener) {
  const auto& socket = listener.address().socket_address();
  const bool v6 = socket.address().find(':') != std::string::npos;
  return absl::StrCat(v6 ? "[" : "", socket.address(), v6 ? "]:" : ":", socket.port_value());
}

bool Speaks(const Listener& listener, bool tls) {
  const auto is_right = [tls](const FilterChain& chain) {
    return chain.has_transport_socket() == tls;
  };
  return std::any_of(listener.filter_chains().begin(), listener.filter_chains().end(), is_right) ||
         (listener.has_default_filter_chain() && is_right(listener.default_filter_chain()));
}

absl::Status NoListener(const std::vector<Listener>& listeners, const Arrival& arrival) {
  const std::string there =
      absl::StrJoin(listeners, ", ", [](std::string* text, const Listener& listener) {
        absl::StrAppend(text, listener.name(), " at ", AddressOf(listener));
      });
  const std::string where = arrival.port == 0 ? absl::StrCat("for ", arrival.tls ? "https" : "http")
                                              : absl::StrCat("at port ", arrival.port);
  return absl::NotFoundError(absl::StrCat(
      "proxies do not listen ", where, there.empty() ? "" : absl::StrCat("; they have ", there)));
}

// Those at a port, or the one that stands for none.
absl::StatusOr<const Listener*> Choose(const std::vector<Listener>& listeners,
                                       const Arrival& arrival, const std::string& own,
                                       std::string& why) {
  const uint32_t port = arrival.port != 0 ? arrival.port : arrival.tls ? 443 : 80;
  for (const Listener& listener : listeners) {
    if (PortOf(listener) != port) continue;
    why = absl::StrCat("listens at port ", port);
    return &listener;
  }
  if (arrival.port != 0) return NoListener(listeners, arrival);
  for (const Listener& listener : listeners) {
    if (listener.name() != own) continue;
    why = absl::StrCat("the proxies' own for ", arrival.tls ? "https" : "http");
    return &listener;
  }
  const auto speaks = [&](const Listener& listener) { return Speaks(listener, arrival.tls); };
  if (std::count_if(listeners.begin(), listeners.end(), speaks) != 1) {
    return NoListener(listeners, arrival);
  }
  why = absl::StrCat("the only one for ", arrival.tls ? "https" : "http");
  return &*std::find_if(listeners.begin(), listeners.end(), speaks);
}

// How well a chain's server names fit: longer is better, 0 is "whoever names none of the others'",
// -1 not at all. Source: Envoy, FilterChainManagerImpl::findFilterChainForServerName.
int FitOfNames(const FilterChainMatch& match, const std::string& server_name) {
  if (match.server_names().empty()) return 0;
  int best = -1;
  for (const std::string& name : match.server_names()) {
    if (name == server_name) return 1'000'000;
    if (name.size() < 2 || name.compare(0, 2, "*.") != 0) continue;
    const absl::string_view rest = absl::string_view(name).substr(1);
    const bool fits =
        server_name.size() > rest.size() &&
        absl::string_view(server_name).substr(server_name.size() - rest.size()) == rest;
    if (fits) best = std::max(best, static_cast<int>(name.size()));
  }
  return best;
}

bool FitsTransport(const FilterChainMatch& match, bool tls) {
  return match.transport_protocol().empty() || match.transport_protocol() == (tls ? kTls : kRaw);
}

const FilterChain* ChainFor(const Listener& listener, const Arrival& arrival) {
  const FilterChain* best = nullptr;
  int best_fit = -1;
  for (const FilterChain& chain : listener.filter_chains()) {
    if (!FitsTransport(chain.filter_chain_match(), arrival.tls)) continue;
    const int fit = FitOfNames(chain.filter_chain_match(), arrival.server_name);
    if (fit <= best_fit) continue;
    best = &chain;
    best_fit = fit;
  }
  if (best != nullptr) return best;
  return listener.has_default_filter_chain() ? &listener.default_filter_chain() : nullptr;
}

std::string DescribeChain(const FilterChain& chain) {
  const auto& names = chain.filter_chain_match().server_names();
  if (!chain.has_transport_socket()) return "";
  return names.empty() ? "connections that name no other chain's host"
                       : absl::StrCat("connections that name ", absl::StrJoin(names, " or "));
}

absl::Status TakeManager(const Listener& listener, const FilterChain& chain, ListenerFound& found) {
  for (const auto& filter : chain.filters()) {
    if (filter.typed_config().UnpackTo(&found.manager)) return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("the listener ", listener.name(), " at ", AddressOf(listener),
                   " does not speak HTTP: it has no HTTP connection manager"));
}

absl::Status CheckTransport(const Listener& listener, const FilterChain& chain,
                            const Arrival& arrival) {
  if (chain.has_transport_socket() == arrival.tls) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(
      "the listener ", listener.name(), " at ", AddressOf(listener),
      arrival.tls ? " does not speak TLS" : " speaks TLS alone", ", so the connection fails"));
}

}  // namespace

absl::StatusOr<ListenerFound> FindListener(const std::vector<Listener>& listeners,
                                           const Arrival& arrival, const std::string& own) {
  ListenerFound found;
  const absl::StatusOr<const Listener*> chosen = Choose(listeners, arrival, own, found.why);
  if (!chosen.ok()) return chosen.status();
  const Listener& listener = **chosen;
  found.listener = listener.name();
  found.address = AddressOf(listener);
  const FilterChain* const chain = ChainFor(listener, arrival);
  if (chain == nullptr) {
    return absl::NotFoundError(absl::StrCat("the listener ", listener.name(), " at ", found.address,
                                            " has no certificate for '", arrival.server_name,
                                            "', so it closes the connection"));
  }
  const absl::Status transport = CheckTransport(listener, *chain, arrival);
  if (!transport.ok()) return transport;
  found.chain = DescribeChain(*chain);
  DownstreamTlsContext tls;
  if (chain->transport_socket().typed_config().UnpackTo(&tls)) {
    found.client_certificate_required = tls.require_client_certificate().value();
  }
  const absl::Status manager = TakeManager(listener, *chain, found);
  if (!manager.ok()) return manager;
  return found;
}

}  // namespace fairlead
