#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/base/clock.h"
#include "server/passwords/passwords.h"
#include "server/passwords/verify_password.h"

namespace fairlead {

// Says who may come in by a password file. Checking a password costs what the file's hash wants,
// some 50 ms for bcrypt, so that only few are checked at once, and whoever proved to be somebody is
// remembered for a while: by a digest with a key of this process's own, not by his password. A file
// that says something else of him makes him prove it again.
//
// Thread-safe.
class PasswordGuard {
 public:
  struct Options {
    // Checked at once; more wait.
    size_t most_at_once = 1;
    size_t most_waiting = 64;
    // How long one waits for his turn.
    absl::Duration patience = absl::Seconds(3);
    // For so long it is not checked again, and of so many people.
    absl::Duration remembered = absl::Minutes(1);
    size_t most_remembered = 10'000;
  };
  enum class Answer {
    kYes,
    kNo,
    kBusy,  // too many are being checked: not known
  };

  // `is_password_of`: IsPasswordOf, or one that tests watch; called on the threads of Check.
  using IsPassword = std::function<bool(absl::string_view hash, const std::string& password)>;

  PasswordGuard(Options options, const Clock& clock, IsPassword is_password_of = IsPasswordOf);

  void Apply(const PasswordChanges& changes);

  // Whether who sends that header Authorization is among the users of that file. No file of that
  // name: nobody is.
  Answer Check(absl::string_view file, absl::string_view authorization);

 private:
  using Proof = std::array<char, 32>;

  Proof ProofOf(absl::string_view file, const PasswordUser& user,
                const std::string& password) const;
  bool Remembers(const Proof& proof);
  void Remember(const Proof& proof);
  // Waits for a turn. False: there are too many.
  bool Enter();
  void Leave();

  const Options options_;
  const Clock& clock_;
  const IsPassword is_password_of_;
  std::array<unsigned char, 32> key_;
  absl::Mutex mutex_;
  absl::btree_map<std::string, std::shared_ptr<const PasswordFile>> files_ ABSL_GUARDED_BY(mutex_);
  // Until when, monotonic.
  absl::flat_hash_map<Proof, absl::Duration> proofs_ ABSL_GUARDED_BY(mutex_);
  size_t checking_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fairlead
