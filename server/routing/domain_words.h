#pragma once

#include <string>
#include <vector>

#include "server/base/problem.h"
#include "server/routing/access.h"
#include "server/routing/public_ports.h"
#include "server/routing/standing.h"
#include "server/vocabulary/domain_settings.h"

namespace fairlead {

// A service that asks for a domain.
struct DomainSpeaker {
  std::string service;
  Standing standing = Standing::kRuns;
  bool multiports = false;  // it asks path by path, which comes first
  Access access;
  const DomainSettings* said = nullptr;
};

// What services together ask of a domain, whatever the path.
struct DomainWords {
  DomainSettings settings;
  // The services that say the ports of `settings`; empty: nobody says one.
  std::string http_port_by;
  std::string https_port_by;
  PublicPorts::Asker first;  // who is heard before others
  Problems problems;         // where they contradict each other
};

// Those that run are heard first, of these those that ask path by path, then by name; and what one
// does not say the next may. One that is gone is heard where there is no other. Whom clients'
// certificates let in is settled by the most careful of those that are heard. Pure.
DomainWords WordsOf(const std::string& domain, std::vector<DomainSpeaker> speakers);

}  // namespace fairlead
