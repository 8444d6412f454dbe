// A password file: none may crash the parser, whatever it holds, and no problem may tell what is in
// it beyond a user's name.
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "server/passwords/password_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view content(reinterpret_cast<const char*>(data), size);
  const fairlead::ParsedPasswords parsed =
      fairlead::ParsePasswords("shop.example", "/htpasswd/shop.example", content);
  // Nothing is neither somebody's password nor said to be wrong.
  if (parsed.file.users.empty() && !parsed.problem.has_value()) abort();
  for (const fairlead::PasswordUser& user : parsed.file.users) {
    if (user.name.empty() || absl::StrContains(user.name, ':')) abort();
    if (absl::StrContains(user.hash, ':') || absl::StrContains(user.hash, '\n')) abort();
    if (fairlead::SchemeOf(user.hash) == fairlead::PasswordScheme::kUnknown) abort();
    if (parsed.file.Find(user.name) != &user) abort();
  }
  return 0;
}
