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
#include "server/routing/access.h"
#include "server/routing/empty_services.h"
#include "server/routing/member.h"
#include "server/routing/model.h"
#include "server/routing/problem_book.h"
#include "server/routing/standing.h"
#include "server/vocabulary/request.h"

namespace fairlead {

// A service: its containers on all hosts, and what they claim together.
struct Service {
  absl::btree_map<Age, std::shared_ptr<const Member>> members;
  // The words that stand for it: of the container that said them first of those that speak in turn,
  // so that what is stored changes only with the words. Null: none of its containers ever ran, so
  // it claims nothing yet.
  std::shared_ptr<const ServiceRecord> record;
  RoutingRequest words;       // the spokesman's
  std::vector<Claim> claims;  // of `words`, sorted
  Standing standing = Standing::kStopped;
  // As its containers that are endpoints ask for it, whoever of them stands for the rest; if there
  // are none, as `words` do.
  Access access;

  // Its endpoints for that host and path, which it claims; in no order.
  std::vector<std::shared_ptr<const Endpoint>> EndpointsFor(const Claim& claim) const;
  // Their ports, or, if there are none, the spokesman's. Sorted.
  std::vector<uint16_t> PortsFor(const Claim& claim) const;
  // Null: none runs.
  const Member* NewestRunning() const;
};

// Where a service's claims, members or endpoints may have changed.
struct ServiceTouched {
  std::string name;
  std::vector<Claim> claims_before;
  std::vector<Claim> claims_after;
  // What it asks for is another, be it of the same hosts and paths, or it is heard before or after
  // others than it was.
  bool heard_otherwise = false;
};

// The second step of the routing model: which containers are one service, and which of them speaks
// for it. Of those that disagree about hosts and paths, the newest that runs; if none runs, the one
// that did last, also after it is gone. A service without containers is kept for a while (its
// routes answer 503), within `limits`.
class Services {
 public:
  explicit Services(const EmptyServices::Limits& limits) : empty_(limits) {}

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
  // Notes whether it has containers.
  void SettleEmptiness(Service& service, const std::string& name, absl::Time now);

  absl::flat_hash_map<std::string, std::unique_ptr<Service>> services_;
  EmptyServices empty_;  // each has a record
};

}  // namespace fairlead
