#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "server/base/problem.h"
#include "server/resources/admission.h"
#include "server/resources/listener.h"
#include "server/resources/route_table.h"
#include "server/routing/model.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// What proxies listen for: a listener and a route configuration for each public port of the
// domains, "http" for the proxies' own and "http@8081" for another that a domain asks for. A
// listener comes with its first domain and goes with its last; the proxies' own is always there.
// Belongs to the control strand.
class HttpListeners {
 public:
  struct Options {
    ListenerSettings settings;
    uint16_t port = 8080;
    // The https listener's own, which no domain gets for HTTP.
    uint16_t https_port = 8443;
    // A domain, which may be a regular expression, that also gets what no domain is asked for;
    // empty: none does.
    std::string default_host;
    // The status for a host that nobody claims: 404 or 503 (as nginx-proxy has it).
    int unknown_host_status = 404;
    // ACME's challenges of such a host pass to the responder (acme_responder.h) too.
    bool unknown_hosts_have_acme_responder = false;
  };
  // How a domain is served here; nothing: as if nobody claimed it.
  using ServingOf = absl::FunctionRef<std::optional<Serving>(const VirtualHost&)>;
  struct Changes {
    std::vector<ResourceChange> resources;
    std::vector<ProblemsOf> problems;
  };

  // The name of the listener and routes at the proxies' own port.
  static constexpr char kHttp[] = "http";

  explicit HttpListeners(Options options);

  // What there is before any domain is known.
  Changes Initial(Admission& admission);
  // A domain whose change no proxy could take stays as it was.
  Changes Apply(const std::vector<VirtualHostChange>& changes, ServingOf serving_of,
                Admission& admission);

 private:
  struct Domain {
    uint16_t port = 0;
    std::optional<HostAsServed> served;  // none: nothing that could be
  };

  void ApplyOne(const VirtualHostChange& change, ServingOf serving_of, Admission& admission,
                absl::btree_set<uint16_t>& touched, Changes& out);
  std::string NameOf(uint16_t port) const;
  // The port that the domain is served at.
  uint16_t PortOf(const VirtualHost& host, Changes& out);
  RouteTable& TableAt(uint16_t port);
  // False: no proxy could take them.
  bool AddRoutes(uint16_t port, Admission& admission, Changes& out) const;
  void AddListener(uint16_t port, Admission& admission, Changes& out) const;
  void RemoveListener(uint16_t port, Admission& admission, Changes& out) const;

  const Options options_;
  absl::btree_map<uint16_t, RouteTable> ports_;
  absl::btree_map<std::string, Domain> domains_;
  absl::btree_set<std::string> troubled_;  // domains that have a problem
};

}  // namespace fairlead
