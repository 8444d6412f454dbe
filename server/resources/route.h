#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "server/resources/host_passwords.h"
#include "server/resources/listener.h"
#include "server/routing/model.h"

namespace fairlead {

// How the routes of a host are served at one listener.
struct Serving {
  // To https, with 301.
  struct Redirect {
    uint16_t port = 443;
    // For methods other than GET and HEAD.
    int other_methods_status = 301;
    // What is below /.well-known/acme-challenge/ is not redirected.
    bool but_challenges = true;
    // Nor is what came over https to a proxy in front that is trusted (X-Forwarded-Proto): it would
    // come again and again.
    bool but_forwarded_https = false;
  };

  std::optional<Redirect> redirect;  // nothing: the routes themselves
  std::string hsts;                  // Strict-Transport-Security; empty: none
  // Clients are told that HTTP/3 is spoken there (RFC 7838); 0: nowhere.
  uint16_t http3_port = 0;
  // Who may come in; not asked of whoever is redirected.
  HostPasswords passwords;
  // What is below /.well-known/acme-challenge/ is for everybody, whatever the passwords.
  bool has_open_challenges = false;
  // It passes to the responder of acme_responder.h, for everybody, redirect or not, unless a
  // container claims that path.
  bool has_acme_responder = false;
  // Pools that proxies have no cluster of: their paths get 503, which is nobody else's, and no
  // route refers to what is not there.
  std::vector<std::string> without_cluster;
};

// The virtual host of a domain that is no regular expression. Each path has two routes: one for the
// methods that may be repeated after they were sent (RFC 9110, section 9.2.2: idempotent), and one
// for the others, which are repeated only if they were not. Before a prefix "/api/" there is one
// more, which redirects "/api" there, unless that is a path of the host's as well.
envoy::config::route::v3::VirtualHost VirtualHostOf(const VirtualHost& host,
                                                    const Serving& serving = {});

// The virtual host of a domain whose every request is answered with 421.
envoy::config::route::v3::VirtualHost MisdirectedHostOf(const std::string& domain);

struct ServedHost {
  const VirtualHost* host = nullptr;
  const Serving* serving = nullptr;
};

// What requests get whose host is no virtual host's domain.
struct CatchAll {
  // Domains that are regular expressions, in the order in which they are tried.
  std::vector<ServedHost> regexes;
  // Of whatever domain, which may be one of `regexes`. Null: there is none.
  ServedHost default_host;
  // For a host that nobody claims.
  int unknown_host_status = 404;
  // Its challenges pass to the responder.
  bool has_acme_responder = false;
};

// The virtual host "*". None: without one proxies answer 404, and that is all it would do.
std::optional<envoy::config::route::v3::VirtualHost> CatchAllOf(const CatchAll& catch_all);

// The route configuration `name` without its virtual hosts; those are added as serialized pieces.
// `tls`: of a listener that speaks it.
// It tells containers of the client as nginx-proxy does: X-Real-IP, X-Forwarded-Host, -Port and
// -Ssl, X-Original-URI (Envoy itself: X-Forwarded-For and -Proto); and takes the header Proxy away,
// which CGI programs mistake for a setting.
envoy::config::route::v3::RouteConfiguration RouteConfigurationOf(const std::string& name,
                                                                  const ListenerSettings& settings,
                                                                  bool tls);

// Field number of RouteConfiguration.virtual_hosts.
inline constexpr int kVirtualHostsField = 2;

}  // namespace fairlead
