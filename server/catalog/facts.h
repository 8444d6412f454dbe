#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"

namespace fairlead {

// A container's facts, as its host's agent last told them. Immutable, shared between the stages.
using ContainerFacts = std::shared_ptr<const v1::Container>;

// What is known of a host beside its containers. Immutable.
struct HostFacts {
  std::string id;
  std::string name;
  // IP addresses at which other machines reach its published ports, in order of preference.
  std::vector<std::string> addresses;
  std::string zone;  // empty if it was not told
  // Nothing was heard of it for longer than host_timeout: its endpoints are not trusted where there
  // are others.
  bool silent = false;

  friend bool operator==(const HostFacts& a, const HostFacts& b) {
    return a.id == b.id && a.name == b.name && a.addresses == b.addresses && a.zone == b.zone &&
           a.silent == b.silent;
  }
};

struct ContainerChange {
  std::string host_id;
  std::string container_id;
  ContainerFacts before;  // null: it is new
  ContainerFacts after;   // null: it is gone
};

struct HostChange {
  std::string host_id;
  std::shared_ptr<const HostFacts> before;  // null: it is new
  std::shared_ptr<const HostFacts>
      after;  // null: it is forgotten; its containers are gone in the same change
};

// What the catalog learnt from one report: only what differs from what it knew. Hosts come first
// when applied.
struct FactChanges {
  std::vector<HostChange> hosts;
  std::vector<ContainerChange> containers;
  std::vector<ProblemsOf> problems;

  bool empty() const { return hosts.empty() && containers.empty() && problems.empty(); }
};

}  // namespace fairlead
