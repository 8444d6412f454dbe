#include "server/passwords/password_guard.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {

PasswordGuard::PasswordGuard(Options options, const Clock& clock, IsPassword is_password_of)
    : options_(options), clock_(clock), is_password_of_(std::move(is_password_of)) {
  // Without randomness nobody's password may be told by its digest: nothing goes on.
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) std::abort();
}

void PasswordGuard::Apply(const PasswordChanges& changes) {
  absl::MutexLock lock(&mutex_);
  for (const PasswordChange& change : changes.files) {
    if (change.after == nullptr) {
      files_.erase(change.name);
    } else {
      files_[change.name] = change.after;
    }
  }
}

PasswordGuard::Answer PasswordGuard::Check(absl::string_view file,
                                           absl::string_view authorization) {
  const std::optional<Credentials> credentials = ParseBasicCredentials(authorization);
  if (!credentials.has_value()) return Answer::kNo;
  std::shared_ptr<const PasswordFile> users;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = files_.find(file);
    if (found == files_.end()) return Answer::kNo;
    users = found->second;
  }
  const PasswordUser* const user = users->Find(credentials->user);
  if (user == nullptr) return Answer::kNo;
  const Proof proof = ProofOf(file, *user, credentials->password);
  if (Remembers(proof)) return Answer::kYes;
  if (!Enter()) return Answer::kBusy;
  const bool is_password = is_password_of_(user->hash, credentials->password);
  Leave();
  if (!is_password) return Answer::kNo;
  Remember(proof);
  return Answer::kYes;
}

PasswordGuard::Proof PasswordGuard::ProofOf(absl::string_view file, const PasswordUser& user,
                                            const std::string& password) const {
  // None of them has a zero byte.
  const std::string text =
      absl::StrCat(file, absl::string_view("\0", 1), user.name, absl::string_view("\0", 1),
                   user.hash, absl::string_view("\0", 1), password);
  Proof proof;
  unsigned int size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(proof.data()), &size);
  return proof;
}

bool PasswordGuard::Remembers(const Proof& proof) {
  absl::MutexLock lock(&mutex_);
  const auto found = proofs_.find(proof);
  if (found == proofs_.end()) return false;
  if (clock_.Monotonic() < found->second) return true;
  proofs_.erase(found);
  return false;
}

void PasswordGuard::Remember(const Proof& proof) {
  absl::MutexLock lock(&mutex_);
  const absl::Duration now = clock_.Monotonic();
  if (proofs_.size() >= options_.most_remembered) {
    absl::erase_if(proofs_, [&](const auto& of) { return of.second <= now; });
  }
  // Those who are left out prove it again.
  if (proofs_.size() < options_.most_remembered) proofs_[proof] = now + options_.remembered;
}

bool PasswordGuard::Enter() {
  absl::MutexLock lock(&mutex_);
  if (waiting_ >= options_.most_waiting) return false;
  ++waiting_;
  const auto has_turn = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return checking_ < options_.most_at_once;
  };
  const bool is_in = mutex_.AwaitWithTimeout(absl::Condition(&has_turn), options_.patience);
  --waiting_;
  if (is_in) ++checking_;
  return is_in;
}

void PasswordGuard::Leave() {
  absl::MutexLock lock(&mutex_);
  --checking_;
}

}  // namespace fairlead
