#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "server/routing/member.h"
#include "server/routing/model.h"
#include "server/routing/problem_book.h"
#include "server/vocabulary/request.h"

namespace fairlead {

// A host and a path, as claimed by a service.
using Claim = std::pair<std::string, std::string>;

// A service: its containers on all hosts, and what they claim together.
struct Service {
  absl::btree_map<Age, std::shared_ptr<const Member>> members;
  // The words that stand for it: of the container that said them first of those that speak in turn,
  // so that what is stored changes only with the words. Null: none of its containers ever ran, so
  // it claims nothing yet.
  std::shared_ptr<const ServiceRecord> record;
  RoutingRequest words;       // the spokesman's
  std::vector<Claim> claims;  // of `words`, sorted
  // When it lost its last member; InfiniteFuture while it has some. (In a record that was stored
  // while it had some, and restored, that is not so.)
  absl::Time empty_since = absl::InfiniteFuture();

  // Its endpoints for that host and path, which it claims; in no order.
  std::vector<std::shared_ptr<const Endpoint>> EndpointsFor(const Claim& claim) const;
  // Their ports, or, if there are none, the spokesman's. Sorted.
  std::vector<uint16_t> PortsFor(const Claim& claim) const;
  // Null: none runs.
  const Member* NewestRunning() const;
  // If it has an endpoint, whatever its health.
  bool HasEndpoints() const;
};

// Where a service's claims, members or endpoints may have changed.
struct ServiceTouched {
  std::string name;
  std::vector<Claim> claims_before;
  std::vector<Claim> claims_after;
  // What it asks for is another, be it of the same hosts and paths.
  bool words_changed = false;
};

// The second step of the routing model: which containers are one service, and which of them speaks
// for it. Of those that disagree about hosts and paths, the newest that runs; if none runs, the one
// that did last, also after it is gone. A service without containers is kept for `retention` (its
// routes answer 503), of the `most_empty` that emptied last.
class Services {
 public:
  Services(absl::Duration retention, size_t most_empty)
      : retention_(retention), most_empty_(most_empty) {}

  // Puts the services of an earlier run in place, before anything else is applied. A record without
  // a valid claim is dropped.
  std::vector<ServiceTouched> Restore(
      const std::vector<std::shared_ptr<const ServiceRecord>>& records, absl::Time now,
      std::vector<ServiceChange>& changes);
  std::vector<ServiceTouched> Apply(const std::vector<MemberChange>& members, absl::Time now,
                                    ProblemBook& problems, std::vector<ServiceChange>& changes);
  // Forgets what has been empty for too long, or is too much.
  std::vector<ServiceTouched> Forget(absl::Time now, std::vector<ServiceChange>& changes);

  // Null: there is none. Valid until the next call of a function that is not const.
  const Service* Find(const std::string& name) const;
  // Sorted.
  std::vector<std::string> Names() const;

 private:
  void Put(const MemberChange& change, absl::btree_set<std::string>& touched);
  ServiceTouched Settle(const std::string& name, absl::Time now, ProblemBook& problems,
                        std::vector<ServiceChange>& changes);
  // True: what it says differs from before.
  bool ChooseSpokesman(Service& service, const std::string& name) const;
  void SetEmptySince(Service& service, const std::string& name, absl::Time when);

  const absl::Duration retention_;
  const size_t most_empty_;
  absl::flat_hash_map<std::string, std::unique_ptr<Service>> services_;
  absl::btree_set<std::pair<absl::Time, std::string>> empty_;  // since when; each has a record
};

}  // namespace fairlead
