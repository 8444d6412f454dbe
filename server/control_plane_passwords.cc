// Who may come in.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/control_plane.h"

namespace fairlead {

absl::Status ControlPlane::WatchPasswords() {
  if (options_.htpasswd_dir.empty()) return absl::OkStatus();
  password_watcher_.emplace(
      DirectoryWatcher<PasswordDirectoryReader>::Options{options_.htpasswd_dir, "passwords"},
      [this](PasswordDirectory found) {
        strand_.Post([this, found = std::move(found)] { pipeline_.TakePasswords(found, Now()); });
      });
  const absl::Status status = password_watcher_->Start();
  if (status.ok()) return status;
  return absl::Status(
      status.code(),
      absl::StrCat("--htpasswd-dir: ", std::string(status.message()),
                   "; so it is not known which hosts ask for passwords, and none is served; name a "
                   "directory that there is, and that the server's user may read"));
}

}  // namespace fairlead
