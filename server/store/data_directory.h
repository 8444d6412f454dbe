#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fairlead {

// The directory in which a server keeps its state: there, writable, on a local disk, and this
// process's alone while this object lives (flock(2) on the file fairlead.lock in it).
class DataDirectory {
 public:
  // Makes the directory, and those above it, if it is absent (mode 0700). PERMISSION_DENIED,
  // NOT_FOUND, ...: it cannot be made or written; FAILED_PRECONDITION: it is on a network file
  // system, whose locks and writes cannot be relied on, or another process uses it.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Open(const std::string& path);

  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  // The path of a file in it.
  std::string File(const std::string& name) const;

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;
};

// Whether statfs(2) says with `type` that a file system is on another machine: NFS, SMB, AFS, Ceph,
// ...
bool IsNetworkFileSystem(unsigned long type);

}  // namespace fairlead
