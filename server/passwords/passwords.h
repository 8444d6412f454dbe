#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "server/base/clock.h"
#include "server/base/problem.h"
#include "server/passwords/password_directory.h"
#include "server/passwords/password_file.h"

namespace fairlead {

struct PasswordChange {
  std::string name;
  std::shared_ptr<const PasswordFile> after;  // null: it is gone
};

// What differs from before.
struct PasswordChanges {
  std::vector<PasswordChange> files;
  std::vector<ProblemsOf> problems;

  bool empty() const { return files.empty() && problems.empty(); }
};

// The password files that apply. Whatever is wrong with one keeps people out, and never lets
// anybody in: a file that cannot be read stays as it was, or, if it was never read, has no users;
// one that is gone applies until it has been gone for kGone, since a file that is being replaced
// may be gone for a moment; a directory that cannot be read takes none away.
//
// Belongs to the control strand; no I/O, no clock.
class Passwords {
 public:
  static constexpr absl::Duration kGone = absl::Seconds(2);

  // What the directory holds now.
  PasswordChanges Take(const PasswordDirectory& directory, Moment now);
  // What time alone does. Cheap; call it often.
  PasswordChanges Tick(Moment now);

 private:
  struct Named {
    FoundPasswords found;
    std::shared_ptr<const PasswordFile> file;
    // Monotonic; infinite: it is there.
    absl::Duration gone_since = absl::InfiniteDuration();
  };

  void TakeFile(const std::string& name, const FoundPasswords& found, PasswordChanges& out);

  absl::btree_map<std::string, Named> named_;
};

}  // namespace fairlead
