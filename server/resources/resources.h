#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "server/certificates/certificates.h"
#include "server/passwords/passwords.h"
#include "server/resources/acme_responder.h"
#include "server/resources/admission.h"
#include "server/resources/api_listener.h"
#include "server/resources/host_passwords.h"
#include "server/resources/http_listeners.h"
#include "server/resources/https_listeners.h"
#include "server/resources/validity_gate.h"
#include "server/routing/model.h"
#include "server/snapshot/snapshot.h"
#include "server/snapshot/view.h"

namespace fairlead {

// What one change of the model does to resources: those that every view with derived routes shares,
// and the assignments, which depend on the view.
struct ResourceChanges {
  struct OfView {
    uint32_t view_id = 0;
    std::vector<ResourceChange> changes;
  };

  std::vector<ResourceChange> shared;
  std::vector<OfView> views;
  std::vector<ProblemsOf> problems;
};

// The model as xDS resources. A change of one pool builds one cluster, and one assignment a view;
// each resource is serialized once, whoever gets it. What cannot be valid is left out by itself,
// and is a problem. Belongs to the control strand.
class Resources {
 public:
  struct Options {
    // Where proxies listen, and what hosts get that nobody claims.
    HttpListeners::Options http;
    HttpsListeners::Options https;
    // Of every host that is served in clear text, unless it says otherwise.
    AcmeResponder acme_responder;
    // Groups that get derived routes. Others get nothing from containers.
    std::vector<std::string> groups = {"default"};
  };

  explicit Resources(Options options);

  // What every view with derived routes has before any container is known: a listener without
  // routes, and the ACME responder's cluster where there is one.
  ResourceChanges Initial();

  ResourceChanges Apply(const ModelChanges& changes);
  // `for_all`: the authorities of clients where a certificate has none of its own.
  ResourceChanges Apply(const CertificateChanges& changes,
                        const absl::optional<ClientAuthorities>& for_all);
  ResourceChanges Apply(const PasswordChanges& changes);

  // Whose words the first derived resource comes from that `text`, what a proxy said when it
  // refused resources of that type, calls by its name (a domain, of routes; of listeners, one at a
  // public port that a domain asks for). None: it names none.
  absl::optional<Place> OriginNamedIn(Type type, absl::string_view text) const;

  // Whether containers' routes are for proxies of this view.
  bool IsDerived(const View& view) const;

  // From now on there are proxies of this view: its assignments are kept. Returns them all (and no
  // shared ones).
  ResourceChanges OpenView(uint32_t view_id, const View& view);
  // Who stands there now, for people to read: problems of the view are theirs. Empty: nobody, and
  // so no problems.
  ResourceChanges NameProxies(uint32_t view_id, const std::string& proxies);
  // Nobody will stand there any more.
  ResourceChanges CloseView(uint32_t view_id);

 private:
  struct ViewState {
    View view;
    std::string proxies;
  };

  // Null: there is none.
  const Pool* FindPool(const std::string& name) const;
  // Of the listener of that name, if a domain asks for its port.
  absl::optional<Place> OriginOfListener(absl::string_view name) const;
  // Of whatever is made of that pool.
  Place OriginOf(const std::string& pool) const;
  void ApplyPool(const PoolChange& change, ResourceChanges& out);
  // The assignment of `pool` for that view, and the problem if containers are out of its reach.
  void Assign(const Pool& pool, uint32_t view_id, ResourceChanges& out);
  void ShowOutOfReach(const Pool& pool, uint32_t view_id, const ViewState& view,
                      ResourceChanges& out);
  // Whether anybody asks for the default host.
  void ShowDefaultHost(ResourceChanges& out);
  // Listeners and routes of gRPC clients; after the clusters that they lead to.
  void ApplyApiListeners(const std::vector<PoolChange>& changes, ResourceChanges& out);
  void ApplySecrets(const CertificateChanges& changes,
                    const absl::optional<ClientAuthorities>& for_all, ResourceChanges& out);
  // How a domain is served in clear text; nothing: not at all.
  std::optional<Serving> InClearText(const VirtualHost& host) const;
  // Routes of these domains, which there are already or not, for all listeners.
  void ApplyVirtualHosts(const std::vector<VirtualHostChange>& changes, ResourceChanges& out);
  void ApplyHttp(const std::vector<VirtualHostChange>& changes, Admission& admission,
                 ResourceChanges& out);
  // Calls `act` with what listeners and routes are admitted by.
  void WithAdmission(absl::FunctionRef<void(Admission&)> act, ResourceChanges& out);

  const Options options_;
  absl::flat_hash_map<std::string, std::shared_ptr<const Pool>> pools_;
  PasswordFiles passwords_;
  HttpListeners http_;
  HttpsListeners https_;
  absl::flat_hash_map<std::string, std::shared_ptr<const VirtualHost>> virtual_hosts_;
  // Domains that are not served as they ask: clusters that come or go may change that.
  absl::btree_set<std::string> unsettled_;
  bool clusters_differ_ = false;  // since virtual hosts were applied
  ApiListeners api_listeners_{
      {HttpListeners::kHttp, HttpsListeners::kHttps, HttpsListeners::kHttp3}};
  ValidityGate gate_;
  absl::btree_map<uint32_t, ViewState> views_;
  // Sources of problems that stand.
  absl::flat_hash_set<std::string> troubled_;
};

}  // namespace fairlead
