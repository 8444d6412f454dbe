#include "server/store/data_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

absl::Status CannotUse(const std::string& path, int error) {
  return absl::ErrnoToStatus(
      error, absl::StrCat("cannot use the data directory ", path,
                          " (make it writable for the server's user, or name another one with "
                          "--data-dir)"));
}

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return absl::OkStatus();
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return CannotUse(path, errno);
  return absl::OkStatus();
}

}  // namespace

bool IsNetworkFileSystem(unsigned long type) {
  // <linux/magic.h>, and statfs(2) for those that it lacks.
  constexpr unsigned long kTypes[] = {
      0x6969,      // NFS
      0x517B,      // SMB
      0xFF534D42,  // CIFS
      0xFE534D42,  // SMB2
      0x5346414F,  // AFS
      0x73757245,  // Coda
      0x00C36400,  // Ceph
      0x0BD00BD0,  // Lustre
      0x01161970,  // GFS2
      0x7461636F,  // OCFS2
  };
  for (const unsigned long network : kTypes) {
    if ((type & 0xFFFFFFFF) == network) return true;
  }
  return false;
}

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Open(const std::string& path) {
  const absl::Status made = MakeDirectory(path);
  if (!made.ok()) return made;
  struct statfs file_system;
  if (statfs(path.c_str(), &file_system) != 0) return CannotUse(path, errno);
  if (IsNetworkFileSystem(static_cast<unsigned long>(file_system.f_type))) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data directory ", path,
                     " is on a network file system, which can lose what was written; name a "
                     "directory on a local disk with --data-dir"));
  }
  const std::string lock_path = absl::StrCat(path, "/fairlead.lock");
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return CannotUse(path, errno);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(lock);
    if (error != EWOULDBLOCK) return CannotUse(path, error);
    return absl::FailedPreconditionError(
        absl::StrCat("another process uses the data directory ", path,
                     "; stop it, or give each server a --data-dir of its own"));
  }
  return std::unique_ptr<DataDirectory>(new DataDirectory(path, lock));
}

DataDirectory::~DataDirectory() { close(lock_); }

std::string DataDirectory::File(const std::string& name) const {
  return absl::StrCat(path_, "/", name);
}

}  // namespace fairlead
