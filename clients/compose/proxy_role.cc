#include "clients/compose/proxy_role.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace fairlead {
namespace {

absl::string_view ImageName(absl::string_view image) {
  image = image.substr(0, image.find('@'));
  const size_t slash = image.rfind('/');
  if (slash != absl::string_view::npos) image.remove_prefix(slash + 1);
  return image.substr(0, image.find(':'));
}

bool HasLabelWith(const ComposeService& service, absl::string_view prefix) {
  return std::any_of(service.labels.begin(), service.labels.end(),
                     [prefix](const auto& label) { return absl::StartsWith(label.first, prefix); });
}

bool PublishesWeb(const ComposeService& service) {
  return std::any_of(service.ports.begin(), service.ports.end(), [](const ComposePort& port) {
    return port.container_port == 80 || port.container_port == 443;
  });
}

ProxyRole RoleOf(const ComposeService& service, bool has_generator) {
  if (!service.image.has_value()) {
    const bool is_proxy = service.process_keys.contains("build") &&
                          HasMountAt(service, kProxySocket) && PublishesWeb(service);
    return is_proxy ? ProxyRole::kProxy : ProxyRole::kNone;
  }
  const ProxyRole role = RoleOfImage(service.image->text);
  const bool is_nginx =
      has_generator && ImageName(service.image->text) == "nginx" &&
      (HasLabelWith(service, kNginxProxyLabels) || HasLabelWith(service, kCompanionLabels) ||
       HasMountAt(service, "/etc/nginx/conf.d"));
  return role == ProxyRole::kNone && is_nginx ? ProxyRole::kNginx : role;
}

}  // namespace

ProxyRole RoleOfImage(absl::string_view image) {
  const absl::string_view name = ImageName(image);
  if (name == "nginx-proxy") return ProxyRole::kProxy;
  if (name == "docker-gen") return ProxyRole::kGenerator;
  if (name == "acme-companion" || name == "letsencrypt-nginx-proxy-companion" ||
      name == "docker-letsencrypt-nginx-proxy-companion") {
    return ProxyRole::kCompanion;
  }
  return name == kDropInImage ? ProxyRole::kDropIn : ProxyRole::kNone;
}

std::map<std::string, ProxyRole> RolesIn(const ComposeProject& project) {
  const bool has_generator =
      std::any_of(project.services.begin(), project.services.end(), [](const auto& service) {
        return service.image.has_value() &&
               RoleOfImage(service.image->text) == ProxyRole::kGenerator;
      });
  std::map<std::string, ProxyRole> roles;
  for (const ComposeService& service : project.services) {
    roles[service.name] = RoleOf(service, has_generator);
  }
  return roles;
}

bool HasMountAt(const ComposeService& service, absl::string_view target) {
  return std::any_of(service.mounts.begin(), service.mounts.end(),
                     [target](const ComposeMount& mount) { return mount.target == target; });
}

}  // namespace fairlead
