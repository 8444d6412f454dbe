#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/certificates/certificate.h"

namespace fairlead {

// What a directory of certificates held when it was looked at. A value; parts that did not change
// since the look before are shared with its value.
struct CertificateDirectory {
  // Names in it; those beyond, the last by their alphabet, are left out. Files: five of each.
  static constexpr size_t kMostNames = 10'000;
  // Entries that are looked at at all, ours or not.
  static constexpr size_t kMostEntries = 100'000;

  std::string path;
  // Not OK: what is there is not known, and the rest is empty.
  absl::Status status;
  // By name, in lower case; of each at least one file is there, readable or not.
  absl::btree_map<std::string, std::shared_ptr<const CertificateFiles>> certificates;
  // ca.crt and ca.crl.pem: the clients' authorities where a certificate has none of its own. Null:
  // there are none. `base` has no suffix left but ".crt" and ".crl.pem".
  std::shared_ptr<const CertificateFiles> for_all;
  size_t left_out = 0;  // names

  friend bool operator==(const CertificateDirectory& a, const CertificateDirectory& b) {
    return a.path == b.path && a.status == b.status && a.certificates == b.certificates &&
           a.for_all == b.for_all && a.left_out == b.left_out;
  }
};

// Looks at a directory again and again, and reads what is another file than before. Links are
// followed, wherever they lead, but to nothing else than regular files: no device, no pipe, no
// socket. Not thread-safe.
class CertificateDirectoryReader {
 public:
  explicit CertificateDirectoryReader(std::string path) : path_(std::move(path)) {}

  CertificateDirectory Look();

  // Directories in which something has to happen for the next Look to find something else, as of
  // the last one: its own, those that links lead through, and, of what is not there, the nearest
  // that is. Not more than kMostWatched.
  static constexpr size_t kMostWatched = 4'096;
  std::set<std::string> Watched() const;

 private:
  // Tells whether a file is another, or has other content.
  struct Identity {
    int error = 0;  // why it is not known
    dev_t device = 0;
    ino_t inode = 0;
    mode_t mode = 0;
    off_t size = 0;
    int64_t modified = 0;  // nanoseconds
    int64_t changed = 0;
    // It was changed so lately that it may change again without the times telling.
    bool is_fresh = false;

    friend bool operator==(const Identity& a, const Identity& b) {
      return a.error == b.error && a.device == b.device && a.inode == b.inode && a.mode == b.mode &&
             a.size == b.size && a.modified == b.modified && a.changed == b.changed &&
             !a.is_fresh && !b.is_fresh;
    }
  };
  // The files of one name: where each is (empty: nowhere), and what was read.
  struct Named {
    std::vector<std::string> paths;
    std::vector<Identity> identities;
    std::shared_ptr<const CertificateFiles> files;
  };

  static Identity IdentityOf(const std::string& path);
  std::shared_ptr<const CertificateFiles> Read(const std::string& name,
                                               const std::vector<std::string>& paths);

  const std::string path_;
  absl::btree_map<std::string, Named> named_;
};

}  // namespace fairlead
