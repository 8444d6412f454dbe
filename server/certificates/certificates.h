#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/base/clock.h"
#include "server/base/problem.h"
#include "server/certificates/certificate.h"
#include "server/certificates/certificate_directory.h"

namespace fairlead {

struct CertificateChange {
  std::string name;
  std::shared_ptr<const Certificate> after;  // null: it is gone
};

// What differs from before.
struct CertificateChanges {
  std::vector<CertificateChange> certificates;
  // The authorities of clients where a certificate has none of its own are others: see
  // Certificates::for_all.
  bool for_all_changed = false;
  std::vector<ProblemsOf> problems;

  bool empty() const { return certificates.empty() && !for_all_changed && problems.empty(); }
};

// The certificates that are served: of each name the last good one that the directory had, or else
// the one that was put. Nothing that is wrong with the files of one name touches another's.
//
// What takes the place of a good one has to be good: a pair that does not belong together, half
// of a pair, or one out of its dates while the one before is within them, is a problem, and the one
// before stays. It stays too when its own dates are over. Both files of a pair have to go, or the
// name with them, before it goes. A directory that cannot be read takes nothing away.
//
// Files are written one after the other, so what is wrong with them is a problem only if it is
// still there after kHalfWritten. For as long, authorities of clients and lists of what they
// revoked apply that are gone: who replaces such a file opens no host to everybody.
//
// Belongs to the control strand; no I/O, no clock.
class Certificates {
 public:
  static constexpr absl::Duration kHalfWritten = absl::Seconds(2);
  // That were put.
  static constexpr size_t kMostPut = 10'000;

  // What the directory holds now.
  CertificateChanges Take(const CertificateDirectory& directory, Moment now);

  // One that was put takes the place of the one that was put under its name before.
  // RESOURCE_EXHAUSTED: there are too many.
  absl::StatusOr<CertificateChanges> Put(std::shared_ptr<const Certificate> certificate,
                                         Moment now);
  // NOT_FOUND: none was put under that name.
  absl::StatusOr<CertificateChanges> Delete(const std::string& name, Moment now);

  // What time alone does: dates, and files that stay half written. Cheap; call it often.
  CertificateChanges Tick(Moment now);

  // What is served under the name; null: nothing.
  std::shared_ptr<const Certificate> Find(absl::string_view name) const;
  bool Has(absl::string_view name) const { return Find(name) != nullptr; }
  const absl::optional<ClientAuthorities>& for_all() const { return for_all_; }

  struct Listed {
    std::shared_ptr<const Certificate> certificate;
    bool was_put = false;    // else it is of the directory
    bool hides_put = false;  // one was put under the same name, and the directory's is served
    absl::optional<Problem> problem;
  };
  // Those that are served, by name.
  std::vector<Listed> All() const;

 private:
  struct Named {
    std::shared_ptr<const CertificateFiles> files;  // null: the directory has none
    ParsedCertificate parsed;                       // of `files`
    absl::Duration parsed_at;                       // monotonic
    std::shared_ptr<const Certificate> good;        // the last good one of the directory
    std::shared_ptr<const Certificate> put;
    std::shared_ptr<const Certificate> served;
    absl::optional<Problem> problem;  // as it was told
  };

  void TakeFiles(const std::string& name, std::shared_ptr<const CertificateFiles> files, Moment now,
                 CertificateChanges& out);
  void TakeForAll(std::shared_ptr<const CertificateFiles> files, Moment now,
                  CertificateChanges& out);
  // Works out what is served of the name and what is wrong with it, and when to look again.
  void Settle(const std::string& name, Moment now, CertificateChanges& out);
  static void Renew(Named& named, Moment now);
  void SettleForAll(Moment now, CertificateChanges& out);
  absl::optional<Problem> ProblemOf(const Named& named, Moment now) const;
  void NoteDue(const Named& named, Moment now);

  absl::btree_map<std::string, Named> named_;
  size_t put_count_ = 0;
  // Of files for all: what was read, and when; what applies, and the problem that was told.
  struct ForAll {
    std::shared_ptr<const CertificateFiles> files;
    absl::optional<ClientAuthorities> parsed;
    absl::optional<Problem> found;  // in `files`
    absl::Duration parsed_at;       // monotonic
    absl::optional<Problem> problem;
  };
  ForAll for_all_files_;
  absl::optional<ClientAuthorities> for_all_;
  // When Tick has something to do, by each clock.
  absl::Duration due_monotonic_ = absl::InfiniteDuration();
  absl::Time due_wall_ = absl::InfiniteFuture();
  absl::Time last_wall_ = absl::InfinitePast();
};

}  // namespace fairlead
