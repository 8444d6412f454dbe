#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/compose/project.h"
#include "fairlead/v1/compose.pb.h"

namespace fairlead {

// The names of the files in a folder of this machine; none: it is not there, or no folder.
using FolderNames = std::function<std::optional<std::vector<std::string>>(const std::string& path)>;

// What would change for whoever takes fairlead's drop-in image in nginx-proxy's place. What that
// image makes of nginx-proxy's variables and files is asked of its own code (ReadDropInSettings);
// what the containers' words mean, of Forecast. `folder` is that of the first file. Errors are
// Forecast's.
absl::StatusOr<v1::ComposeImport> ForeseeImport(const ComposeProject& project,
                                                const std::string& folder,
                                                const FolderNames& names_in);

// What an image of nginx-proxy's family does in a project.
enum class ProxyRole {
  kNone,
  kProxy,      // nginx-proxy
  kGenerator,  // docker-gen in a container of its own, for an nginx beside it
  kNginx,      // that nginx
  kCompanion,  // acme-companion, or letsencrypt-nginx-proxy-companion
};

// By the image's name, whatever its registry, owner and tag: never kNginx.
ProxyRole RoleOfImage(absl::string_view image);

}  // namespace fairlead
