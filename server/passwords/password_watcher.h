#pragma once

#include <string>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/base/directory_events.h"
#include "server/passwords/password_directory.h"

namespace fairlead {

// Looks at a directory of password files whenever something happens there, and now and then in any
// case, as CertificateWatcher does with certificates.
//
// Threads: Start from any, once; then a thread of its own, "passwords".
class PasswordWatcher {
 public:
  struct Options {
    std::string directory;
    // Between looks of which nothing told. Positive.
    absl::Duration look_every = absl::Seconds(10);
  };
  // Called with what is there, first within Start and then on the watcher's thread, when it is
  // other than the last time. Never after the destructor has returned.
  using OnDirectory = absl::AnyInvocable<void(PasswordDirectory)>;

  PasswordWatcher(Options options, OnDirectory on_directory);
  ~PasswordWatcher();
  PasswordWatcher(const PasswordWatcher&) = delete;
  PasswordWatcher& operator=(const PasswordWatcher&) = delete;

  // Looks once and goes on by itself. If the directory cannot be read now, it is not known what is
  // to be protected: that is the error, and nothing goes on.
  absl::Status Start();

 private:
  void Look();
  void Run();

  OnDirectory on_directory_;
  PasswordDirectoryReader reader_;
  bool has_looked_ = false;
  PasswordDirectory last_;
  DirectoryEvents events_;
  std::thread thread_;
};

}  // namespace fairlead
