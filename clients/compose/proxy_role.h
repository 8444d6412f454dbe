#pragma once

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "clients/compose/project.h"

namespace fairlead {

// What an image of nginx-proxy's family, or ours, does in a project.
enum class ProxyRole {
  kNone,
  kProxy,      // nginx-proxy
  kGenerator,  // docker-gen in a container of its own, for an nginx beside it
  kNginx,      // that nginx
  kCompanion,  // acme-companion, or letsencrypt-nginx-proxy-companion
  kDropIn,     // fairlead's drop-in image, in nginx-proxy's place already
};

inline constexpr char kDropInImage[] = "fairlead-drop-in";
// Where nginx-proxy and docker-gen look for the engine.
inline constexpr char kProxySocket[] = "/tmp/docker.sock";
// What the labels of nginx-proxy and of acme-companion start with.
inline constexpr char kNginxProxyLabels[] = "com.github.nginx-proxy.nginx-proxy.";
inline constexpr char kCompanionLabels[] = "com.github.jrcs.letsencrypt_nginx_proxy_companion.";

// By the image's name, whatever its registry, owner and tag: never kNginx.
ProxyRole RoleOfImage(absl::string_view image);

// Of each service. An image that is built and has no name is nginx-proxy if it gets the engine
// where nginx-proxy looks for it, and publishes port 80 or 443.
std::map<std::string, ProxyRole> RolesIn(const ComposeProject& project);

bool HasMountAt(const ComposeService& service, absl::string_view target);

}  // namespace fairlead
