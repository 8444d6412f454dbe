#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "server/base/problem.h"
#include "server/routing/standing.h"
#include "server/vocabulary/domain_settings.h"

namespace fairlead {

// The public ports that domains ask for with EXTERNAL_HTTP_PORT and EXTERNAL_HTTPS_PORT. A proxy
// speaks either http or https at one: where some ask for it for http and others for https, the
// first that asks is heard, whoever came first. Whether a domain has a certificate does not count,
// so that one that is got later takes no other domain's port.
class PublicPorts {
 public:
  // Who asks for the ports of a domain; they are heard in this order.
  struct Asker {
    Standing standing = Standing::kRuns;
    bool multiports = false;  // path by path, which comes first
    std::string service;
    std::string domain;

    friend bool operator==(const Asker&, const Asker&) = default;
    friend bool operator<(const Asker& a, const Asker& b) {
      return std::tie(a.standing, b.multiports, a.service, a.domain) <
             std::tie(b.standing, a.multiports, b.service, b.domain);
    }
  };

  // From now on the domain of `asker` asks for the ports of `settings`, which may be none. Other
  // domains that Settle has something else for than before are added to `concerned`.
  void Ask(const Asker& asker, const DomainSettings& settings,
           absl::btree_set<std::string>& concerned);

  // Takes the ports out of `settings`, which `domain` asked for, that it does not get. What is gone
  // has nothing to complain about.
  Problems Settle(const std::string& domain, DomainSettings& settings) const;

 private:
  struct Asked {
    Asker asker;
    std::optional<uint16_t> http;
    std::optional<uint16_t> https;

    friend bool operator==(const Asked&, const Asked&) = default;
  };
  struct Port {
    absl::btree_set<Asker> http;
    absl::btree_set<Asker> https;
  };
  // Of a port that is asked for in both ways.
  struct Verdict {
    bool is_https = false;
    Asker heard;

    friend bool operator==(const Verdict&, const Verdict&) = default;
  };

  // Nothing: there is nobody who is not heard.
  std::optional<Verdict> VerdictOn(uint16_t port) const;
  void Set(const std::string& domain, const std::optional<Asked>& asked);

  absl::flat_hash_map<std::string, Asked> asked_;  // by domain; of those that ask for any
  absl::btree_map<uint16_t, Port> ports_;          // none is empty
};

}  // namespace fairlead
