#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/base/problem.h"

namespace fairlead {

// Somebody who may come in with a password.
struct PasswordUser {
  std::string name;
  // What the password is checked against, as in the file: "{SHA}...", "$apr1$...", "$2y$...".
  std::string hash;

  friend bool operator==(const PasswordUser&, const PasswordUser&) = default;
};

// A file as Apache's htpasswd writes it and nginx reads it. Its hashes are secrets: none of them is
// shown to anybody.
struct PasswordFile {
  static constexpr size_t kLargest = 1 << 20;  // bytes
  static constexpr size_t kMostUsers = 10'000;
  static constexpr size_t kLongestUser = 255;
  static constexpr size_t kLongestHash = 512;
  // What costs more holds up whoever waits for a password to be checked: bcrypt's cost (htpasswd
  // -C), and the rounds of $5$ and $6$.
  static constexpr int kMostCost = 15;
  static constexpr int kMostRounds = 1'000'000;

  // Of the file, in lower case: a host, or a host and a path (host_passwords.h).
  std::string name;
  // Sorted by name; none: nobody may come in.
  std::vector<PasswordUser> users;

  // Null: there is no such user.
  const PasswordUser* Find(absl::string_view user) const;

  friend bool operator==(const PasswordFile&, const PasswordFile&) = default;
};

// By this name a route's context extensions (envoy.service.auth.v3) say whose passwords it asks
// for: those of the file of that name.
inline constexpr char kPasswordFileExtension[] = "htpasswd";

// How a password was hashed.
enum class PasswordScheme {
  kSha1,        // {SHA}: htpasswd -s
  kSaltedSha1,  // {SSHA}
  kApr1,        // $apr1$, Apache's own variant of MD5: htpasswd -m, its default
  kCrypt,       // of crypt(3): $2y$ (bcrypt, htpasswd -B), $6$, $5$, $1$, DES (htpasswd -d)
  kUnknown,
};

// Pure. Whether the rest fits the scheme is looked at too.
PasswordScheme SchemeOf(absl::string_view hash);

struct ParsedPasswords {
  PasswordFile file;
  // Lines that let nobody in, the first of them by its number; their text is not shown.
  absl::optional<Problem> problem;
};

// Reads the file `path`, which is called `name` and has that content. Pure. A line is USER:HASH,
// and what follows another ':' is a comment; empty lines and those that begin with '#' are passed
// over; of a user's several lines the first counts (all as nginx does). A line that is none lets
// nobody in.
ParsedPasswords ParsePasswords(const std::string& name, const std::string& path,
                               absl::string_view content);

}  // namespace fairlead
