#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/admin/watches.h"
#include "server/base/clock.h"
#include "server/catalog/catalog.h"
#include "server/certificates/certificates.h"
#include "server/passwords/password_guard.h"
#include "server/passwords/passwords.h"
#include "server/problems/problem_board.h"
#include "server/resources/resources.h"
#include "server/routing/routing.h"
#include "server/snapshot/snapshots.h"
#include "server/static_effects.h"
#include "server/static_resources/static_resources.h"
#include "server/store/store.h"

namespace fairlead {

// The one way through, from facts to snapshots:
//
//   catalog -> routing model -> resources -> snapshots
//   certificates, passwords ----^
//
// Each stage is given what the one before yielded, and nothing else. This class hands the values
// on, and gives copies of them to those who look on: the store, the problem board, the watchers,
// the guard who checks passwords. It decides nothing itself.
//
// Belongs to the control strand; no clock and no thread of its own.
class Pipeline {
 public:
  struct Options {
    Catalog::Options catalog;
    Routing::Options routing;
    Resources::Options resources;
  };
  using Publish = absl::AnyInvocable<void(const Publication&)>;

  // `publish` is called for each view whose snapshot changed. The references must outlive this.
  Pipeline(Options options, Store& store, ProblemBoard& problems, Watches& watches,
           PasswordGuard& guard, Publish publish);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // What an earlier run stored; before anything else.
  void Restore(const StoredState& state, Moment now);

  // An agent's message, and what the catalog answers to it.
  Catalog::Outcome Receive(SessionId session, absl::string_view peer, v1::ReportRequest message,
                           Moment now);
  void Disconnect(SessionId session);
  // What time alone does; every 500 ms or more often.
  void Tick(Moment now);

  // Proxies of this view exist: afterwards SnapshotOf(view_id) is what they are sent, and `publish`
  // tells changes.
  void OpenView(uint32_t view_id, const View& view, absl::Time wall);
  // Who stands there, for people to read; empty: nobody.
  void NameProxies(uint32_t view_id, const std::string& proxies, absl::Time wall);
  void CloseView(uint32_t view_id, absl::Time wall);
  const std::shared_ptr<const Snapshot>& SnapshotOf(uint32_t view_id) const {
    return snapshots_.Of(view_id);
  }

  // As SnapshotOf, also where no proxy stands: without assignments then, which depend on the view.
  std::shared_ptr<const Snapshot> SnapshotFor(const View& view) const;

  // Whether views like this have derived routes.
  bool IsDerived(const View& view) const { return resources_.IsDerived(view); }

  // As Resources::OriginNamedIn.
  absl::optional<Place> OriginNamedIn(Type type, absl::string_view text) const {
    return resources_.OriginNamedIn(type, text);
  }

  // What people gave. Put and Delete keep it over restarts; after either: move the proxies whose
  // place is another now, then call Cover with what it did and the version of what was put (none:
  // no types).
  const StaticResources& statics() const { return statics_; }
  absl::StatusOr<StaticResources::Changed> Put(const StaticPut& put);
  absl::StatusOr<StaticResources::Changed> Delete(const StaticDelete& request);
  void Cover(const StaticResources::Changed& changed, const GivenVersion& given, absl::Time wall);
  // What it comes to, until the next change.
  StaticEffects effects() const { return {statics_, snapshots_, resources_, views_}; }
  // What the directory of certificates holds now.
  void TakeCertificates(const CertificateDirectory& directory, Moment now);
  // What the directory of passwords holds now.
  void TakePasswords(const PasswordDirectory& directory, Moment now);
  // Certificates that people gave, which are kept over restarts: `record` is what was put, and
  // `certificate` what it came to. Whether what is served is another now. The errors are those of
  // Certificates.
  absl::StatusOr<bool> PutCertificate(const v1::StoredCertificate& record,
                                      std::shared_ptr<const Certificate> certificate, Moment now);
  absl::Status DeleteCertificate(const std::string& name, Moment now);
  const Certificates& certificates() const { return certificates_; }

  // For looking in.
  const Catalog& catalog() const { return catalog_; }
  const Routing& routing() const { return routing_; }

 private:
  void Restore(const v1::StoredCertificate& record, Moment now);
  void TakeFacts(const FactChanges& facts, Moment now);
  void TakeModel(const ModelChanges& model, absl::Time wall);
  void TakeCertificates(const CertificateChanges& certificates, absl::Time wall);
  void TakePasswords(const PasswordChanges& passwords, absl::Time wall);
  void TakeResources(const ResourceChanges& resources, absl::Time wall);
  void Show(const std::vector<ProblemsOf>& problems, absl::Time wall);
  // Scopes that refer to what `changes` add to `before`, or take from it.
  std::set<StaticScope> ReferrersOf(const Snapshot& before,
                                    const std::vector<ResourceChange>& changes) const;
  // References of these scopes that do not resolve are problems, those that do are none.
  void ShowDangling(const std::set<StaticScope>& scopes, absl::Time wall);
  void Keep(const FactChanges& facts);
  void Keep(const ModelChanges& model);
  void Keep(const StaticResources::Changed& changed);
  void Tell(const FactChanges& facts, absl::Time wall);
  void Tell(const ModelChanges& model, absl::Time wall);

  Catalog catalog_;
  Routing routing_;
  Certificates certificates_;
  Passwords passwords_;
  Resources resources_;
  StaticResources statics_;
  Snapshots snapshots_;
  absl::flat_hash_map<uint32_t, View> views_;  // those that are open
  Store& store_;
  ProblemBoard& problems_;
  Watches& watches_;
  PasswordGuard& guard_;
  Publish publish_;
  // As watchers know them: what they are told is the difference.
  absl::flat_hash_map<std::string, std::shared_ptr<const Pool>> told_pools_;
  absl::flat_hash_map<std::string, std::shared_ptr<const VirtualHost>> told_virtual_hosts_;
};

}  // namespace fairlead
