#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// What somebody says of himself (RFC 7617).
struct Credentials {
  std::string user;
  std::string password;
};

// Bytes of a password; a longer one is nobody's.
inline constexpr size_t kLongestPassword = 512;

// Of a header Authorization. None: it has none of the scheme Basic, or more than any file has.
std::optional<Credentials> ParseBasicCredentials(absl::string_view authorization);

// Whether `password` is the one that `hash` was made of (SchemeOf says which it can be). Takes as
// long as the hash wants: a second for bcrypt of the highest cost that there may be
// (PasswordFile::kMostCost). Thread-safe.
bool IsPasswordOf(absl::string_view hash, const std::string& password);

}  // namespace fairlead
