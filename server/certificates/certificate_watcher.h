#pragma once

#include <string>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "server/base/directory_events.h"
#include "server/certificates/certificate_directory.h"

namespace fairlead {

// Looks at a directory of certificates whenever something happens there (inotify), and now and then
// in any case, for file systems that tell of nothing. The directory need not be there yet.
//
// Every way to replace files is seen: written in place, renamed over, linked to elsewhere (certbot,
// acme-companion), a link to a directory of all files that is renamed over (`..data`).
//
// Threads: Start from any, once; then a thread of its own, "certificates".
class CertificateWatcher {
 public:
  struct Options {
    std::string directory;
    // Between looks of which nothing told. Positive.
    absl::Duration look_every = absl::Seconds(10);
  };
  // Called with what is there, first within Start and then on the watcher's thread, when it is
  // other than the last time. Never after the destructor has returned.
  using OnDirectory = absl::AnyInvocable<void(CertificateDirectory)>;

  CertificateWatcher(Options options, OnDirectory on_directory);
  ~CertificateWatcher();
  CertificateWatcher(const CertificateWatcher&) = delete;
  CertificateWatcher& operator=(const CertificateWatcher&) = delete;

  // Looks once and goes on by itself.
  void Start();

 private:
  void Look();
  void Run();

  OnDirectory on_directory_;
  CertificateDirectoryReader reader_;
  bool has_looked_ = false;
  CertificateDirectory last_;
  DirectoryEvents events_;
  std::thread thread_;
};

}  // namespace fairlead
