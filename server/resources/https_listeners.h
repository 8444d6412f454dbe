#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "absl/types/optional.h"
#include "server/base/problem.h"
#include "server/certificates/certificates.h"
#include "server/resources/admission.h"
#include "server/resources/domain_tls.h"
#include "server/resources/https_chains.h"
#include "server/resources/listener.h"
#include "server/resources/listener_chains.h"
#include "server/resources/route_table.h"
#include "server/routing/model.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// What proxies listen for over TLS: a listener for each https port of the domains that have a
// certificate, "https" for the proxies' own and "https@8444" for another that a domain asks for.
// Its chains are those of https_chains.h, and their certificates come by SDS: a swapped one changes
// no listener. A listener without any chain is none.
//
// Beside it, for domains that are served over HTTP/3 too, stands one for QUIC at the same port of
// UDP, "http3" or "http3@8444", with the same routes. Domains whose clients are to
// show certificates are not among them: whom those let in is settled in one place, over TCP.
//
// Routes are called as the listener, but for domains whose clients are to show certificates: those
// are apart, "https/CERTIFICATE", and answer 421 (Misdirected Request) on connections that were
// made without one.
//
// Belongs to the control strand.
class HttpsListeners {
 public:
  struct Options {
    ListenerSettings settings;
    uint16_t port = 8443;
    // The http listener's own, which no domain gets for https.
    uint16_t http_port = 8080;
    // What domains get that do not say otherwise.
    DomainSettings defaults;
    // As HttpListeners::Options has them.
    std::string default_host;
    int unknown_host_status = 404;
  };
  struct Changes {
    std::vector<ResourceChange> resources;
    std::vector<ProblemsOf> problems;
    // Domains that are served in another way than before, in clear text perhaps too; sorted.
    std::vector<std::string> domains;
  };

  // The name of the listener and routes at the proxies' own port.
  static constexpr char kHttps[] = "https";
  static constexpr char kHttp3[] = "http3";

  explicit HttpsListeners(Options options);

  // A domain whose change no proxy could take stays as it was.
  Changes Apply(const std::vector<VirtualHostChange>& changes, Admission& admission);
  // `for_all`: the authorities of clients where a certificate has none of its own. The secrets of
  // both were admitted before, or refused.
  Changes Apply(const CertificateChanges& changes, const absl::optional<ClientAuthorities>& for_all,
                Admission& admission);

  // How a domain that there is is served.
  const DomainTls& Of(const std::string& domain) const { return domains_.at(domain).tls; }

 private:
  struct Domain {
    std::shared_ptr<const VirtualHost> host;
    DomainTls tls;
    std::optional<HostAsServed> served;  // none: not over TLS, or nothing that could be
  };
  struct Port {
    absl::btree_map<std::string, DomainTls> domains;  // those that have a certificate
    absl::btree_map<std::string, RouteTable> tables;  // by the name of the routes
    ListenerChains https;
    ListenerChains http3;
  };
  // Which ports a change touched.
  struct Touched {
    absl::btree_set<uint16_t> listeners;
    absl::btree_set<uint16_t> routes;
  };

  std::string NameOf(uint16_t port, const char* own = kHttps) const;
  DomainTls Decide(const VirtualHost& host, Changes& out);
  DomainTls Fallback() const;
  void Put(Domain& domain, Touched& touched, Admission& admission);
  void Remove(const Domain& domain, Touched& touched);
  // The resources of the ports that were touched.
  void Build(const Touched& touched, Admission& admission, Changes& out);
  // Yields the names of the routes that its chains have.
  absl::btree_set<std::string> BuildListener(uint16_t port, Port& state, Admission& admission,
                                             Changes& out);
  // The same for QUIC, whose routes are among these.
  void BuildHttp3Listener(uint16_t port, Port& state, const DomainTls& fallback,
                          Admission& admission, Changes& out);
  // The listener, if its chains are others than before.
  void Send(const std::string& name, ListenerChains& chains,
            std::vector<ListenerChains::Chain> wanted, Admission& admission, Changes& out,
            ListenerChains::ListenerOf listener_of);
  ListenerChains::Chain ChainOf(const std::string& base, const HttpsChain& chain) const;
  RouteTable& TableOf(uint16_t port, const std::string& name);
  // Routes of that name, as they are without hosts.
  void AdmitRoutes(const std::string& name, Admission& admission) const;
  void Tell(const std::string& source, absl::optional<Problem> problem, Changes& out);

  const Options options_;
  absl::btree_map<std::string, Domain> domains_;
  absl::btree_map<uint16_t, Port> ports_;
  // By name, and whether its clients are to show certificates of its own authorities.
  absl::btree_map<std::string, bool> certificates_;
  bool for_all_ = false;  // there are authorities for all
  absl::btree_set<std::string> troubled_;
};

}  // namespace fairlead
