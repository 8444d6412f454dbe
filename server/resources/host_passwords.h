#pragma once

#include <memory>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "server/passwords/passwords.h"
#include "server/routing/model.h"

namespace fairlead {

// Who may come in to the routes of one domain.
struct HostPasswords {
  std::shared_ptr<const PasswordFile> host;  // where the path has none of its own; null: everybody
  absl::btree_map<std::string, std::shared_ptr<const PasswordFile>> paths;

  // Null: everybody.
  const PasswordFile* Of(const std::string& path) const;
  bool empty() const { return host == nullptr && paths.empty(); }
};

// Password files, by nginx-proxy's naming: HOST, and HOST_SHA1 for one path of it, with SHA-1 of
// the path in hexadecimal digits; a host that is a regular expression is called by its own SHA-1.
class PasswordFiles {
 public:
  void Apply(const PasswordChanges& changes);

  HostPasswords Of(const VirtualHost& host) const;
  // Whether a file of that name may be one of the domain's.
  static bool IsOf(absl::string_view file, const std::string& domain);

 private:
  std::shared_ptr<const PasswordFile> Find(const std::string& name) const;

  absl::btree_map<std::string, std::shared_ptr<const PasswordFile>> files_;
};

}  // namespace fairlead
