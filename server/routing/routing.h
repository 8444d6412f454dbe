#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "server/base/clock.h"
#include "server/catalog/facts.h"
#include "server/routing/containers.h"
#include "server/routing/crash_damper.h"
#include "server/routing/empty_services.h"
#include "server/routing/model.h"
#include "server/routing/problem_book.h"
#include "server/routing/routes.h"
#include "server/routing/services.h"

namespace fairlead {

// A service as an operator sees it.
struct ServiceSummary {
  std::string name;
  std::vector<std::string> routes;    // "shop.example/api", sorted
  std::vector<std::string> clusters;  // names of the pools behind them, sorted
  // Endpoints by the health that proxies are sent, in the first of `clusters`' pools by route.
  uint32_t healthy = 0;
  uint32_t unhealthy = 0;  // also those without any address, which no proxy is sent
  uint32_t draining = 0;
  uint32_t starting = 0;           // not sent to any proxy
  std::vector<std::string> hosts;  // ids of the hosts that have an endpoint of it, sorted
};

// The routing model: what facts mean. Services, pools, virtual hosts, and the problems with what
// containers ask for.
//
// Incremental: a change costs what it touches, however many services there are, and yields only
// what differs by value; facts that mean the same as before yield nothing. The result depends on
// the facts and the service records alone, not on the order in which they came (but for who spoke
// last for a service of which nothing runs, and for containers that crash again and again: their
// starts are told later, see CrashDamper).
//
// A pure state machine: no I/O, no clock, no thread: call it from the control strand only.
class Routing {
 public:
  struct Options {
    // How long the routes of a service stay after its last container went; and how many of them at
    // most (of those that emptied first they go first).
    EmptyServices::Limits empty_services;
    // Names of Docker networks on which endpoints can be reached from other hosts, whatever their
    // driver.
    absl::flat_hash_set<std::string> routable_networks;
    // Whether endpoints are reached at ports that their hosts publish.
    bool published_ports = true;
    CrashDamper::Options crash_damping;
  };

  explicit Routing(Options options);
  Routing(const Routing&) = delete;
  Routing& operator=(const Routing&) = delete;

  // The services of an earlier run, before anything is applied: their routes are there at once,
  // with pools that fill as facts come. A record whose words are not understood any more is told to
  // be forgotten.
  ModelChanges Restore(const std::vector<std::shared_ptr<const ServiceRecord>>& records,
                       absl::Time now);

  // What `facts` change. Problems that `facts` brings along are not repeated in the result.
  ModelChanges Apply(const FactChanges& facts, Moment now);

  // What time alone does: lets containers back in that were held back for their crashes, and
  // forgets services that have been empty for too long. Every 500 ms or more often.
  ModelChanges Tick(Moment now);

  // Reading, for those who look in. What is returned stays valid.
  std::vector<ServiceSummary> Summaries() const;  // sorted by name
  // All zeros, with the name, if there is no such service.
  ServiceSummary Summary(const std::string& service) const;
  std::shared_ptr<const Pool> FindPool(const std::string& name) const;
  std::shared_ptr<const VirtualHost> FindVirtualHost(const std::string& domain) const;
  std::vector<std::shared_ptr<const Pool>> Pools() const;                    // sorted by name
  std::vector<std::shared_ptr<const VirtualHost>> VirtualHosts() const;      // sorted by domain
  std::vector<std::shared_ptr<const ServiceRecord>> ServiceRecords() const;  // sorted by name

  // Whether the container crashes again and again, so that it is treated as if it did not run.
  bool IsHeldBack(const std::string& host_id, const std::string& container_id) const {
    return containers_.IsHeldBack(host_id, container_id);
  }

  // Services all of whose endpoints are on this host, sorted: the last ones, which silence alone
  // must not remove.
  std::vector<std::string> OnlyOn(const std::string& host_id) const;

 private:
  ModelChanges TakeMembers(const std::vector<MemberChange>& members, absl::Time now);
  ModelChanges Finish(std::vector<ServiceTouched> touched, absl::Time now, ModelChanges changes);

  ProblemBook problems_;
  Containers containers_;
  Services services_;
  Routes routes_;
};

}  // namespace fairlead
