#include "server/resources/host_passwords.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/vocabulary/host.h"

namespace fairlead {
namespace {

std::string Sha1(const std::string& text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

std::string FileOf(const std::string& domain) {
  return IsHostRegex(domain) ? Sha1(domain) : domain;
}

}  // namespace

const PasswordFile* HostPasswords::Of(const std::string& path) const {
  const auto own = paths.find(path);
  return own != paths.end() ? own->second.get() : host.get();
}

void PasswordFiles::Apply(const PasswordChanges& changes) {
  for (const PasswordChange& change : changes.files) {
    if (change.after == nullptr) {
      files_.erase(change.name);
    } else {
      files_[change.name] = change.after;
    }
  }
}

HostPasswords PasswordFiles::Of(const VirtualHost& host) const {
  HostPasswords passwords;
  if (files_.empty()) return passwords;
  const std::string file = FileOf(host.domain);
  passwords.host = Find(file);
  for (const Route& route : host.routes) {
    if (auto own = Find(absl::StrCat(file, "_", Sha1(route.path))); own != nullptr) {
      passwords.paths.emplace(route.path, std::move(own));
    }
  }
  return passwords;
}

bool PasswordFiles::IsOf(absl::string_view file, const std::string& domain) {
  const std::string own = FileOf(domain);
  return file == own || absl::StartsWith(file, absl::StrCat(own, "_"));
}

std::shared_ptr<const PasswordFile> PasswordFiles::Find(const std::string& name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

}  // namespace fairlead
