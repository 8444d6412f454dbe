#include "server/passwords/password_file.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr size_t kSha1Bytes = 20;
constexpr char kCure[] =
    "write USER:HASH lines with htpasswd, as in htpasswd -B FILE USER (Debian's package "
    "apache2-utils)";

// Bytes in Base64 as htpasswd writes it: padded, in the usual alphabet.
size_t Base64Bytes(absl::string_view text) {
  std::string bytes;
  return text.size() % 4 == 0 && absl::Base64Unescape(text, &bytes) ? bytes.size() : 0;
}

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// "$2y$COST$" and 53 characters more.
bool IsBcrypt(absl::string_view hash) {
  int cost = 0;
  return hash.size() == 60 && hash[3] == '$' && hash[6] == '$' && IsDigits(hash.substr(4, 2)) &&
         absl::SimpleAtoi(hash.substr(4, 2), &cost) && cost <= PasswordFile::kMostCost;
}

// What is behind "$5$" and "$6$": "rounds=N$", which may be left out, a salt, '$', the rest.
bool IsShaCrypt(absl::string_view rest) {
  int rounds = 0;
  if (absl::ConsumePrefix(&rest, "rounds=")) {
    const size_t dollar = rest.find('$');
    if (dollar == absl::string_view::npos || !IsDigits(rest.substr(0, dollar)) ||
        !absl::SimpleAtoi(rest.substr(0, dollar), &rounds)) {
      return false;
    }
    rest.remove_prefix(dollar + 1);
  }
  return rounds <= PasswordFile::kMostRounds && absl::StrContains(rest, '$');
}

// Whether it is of those kinds of crypt(3) whose cost is bounded, and how it is written fits.
bool IsCrypt(absl::string_view hash) {
  const bool is_of_alphabet = std::all_of(hash.begin(), hash.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("./$=", static_cast<char>(c));
  });
  if (!is_of_alphabet) return false;
  if (absl::StartsWith(hash, "$2")) return IsBcrypt(hash);
  absl::string_view rest = hash;
  if (absl::ConsumePrefix(&rest, "$5$") || absl::ConsumePrefix(&rest, "$6$")) {
    return IsShaCrypt(rest);
  }
  if (absl::ConsumePrefix(&rest, "$1$")) return absl::StrContains(rest, '$');
  // DES: a salt of two characters, and eleven more.
  return hash.size() == 13 && !absl::StrContains(hash, '$');
}

bool IsPrintable(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

// Why the line is none; empty: it is one, or says nothing (and `user` is left empty).
std::string ReadLine(absl::string_view line, PasswordUser& user) {
  line = absl::StripSuffix(line, "\r");
  if (line.empty() || line[0] == '#') return "";
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return "has no ':' between user and hash";
  const absl::string_view name = line.substr(0, colon);
  absl::string_view hash = line.substr(colon + 1);
  hash = hash.substr(0, hash.find(':'));
  if (name.empty()) return "has no user";
  if (name.size() > PasswordFile::kLongestUser || !IsPrintable(name)) {
    return absl::StrCat("has a user that is longer than ", PasswordFile::kLongestUser,
                        " bytes or not printable");
  }
  if (hash.size() > PasswordFile::kLongestHash || SchemeOf(hash) == PasswordScheme::kUnknown) {
    return absl::StrCat("has no hash of a known form for the user '", Quoted(name), "'");
  }
  user.name = std::string(name);
  user.hash = std::string(hash);
  return "";
}

Problem ProblemOf(const std::string& path, std::string what) {
  Problem problem;
  problem.place.word = path;
  problem.what = std::move(what);
  problem.cure = kCure;
  return problem;
}

}  // namespace

PasswordScheme SchemeOf(absl::string_view hash) {
  if (absl::ConsumePrefix(&hash, "{SHA}")) {
    return Base64Bytes(hash) == kSha1Bytes ? PasswordScheme::kSha1 : PasswordScheme::kUnknown;
  }
  if (absl::ConsumePrefix(&hash, "{SSHA}")) {
    return Base64Bytes(hash) > kSha1Bytes ? PasswordScheme::kSaltedSha1 : PasswordScheme::kUnknown;
  }
  if (absl::ConsumePrefix(&hash, "$apr1$")) {
    const size_t dollar = hash.find('$');
    const bool is_whole = dollar != absl::string_view::npos && dollar >= 1 && dollar <= 8 &&
                          hash.size() == dollar + 1 + 22;
    return is_whole ? PasswordScheme::kApr1 : PasswordScheme::kUnknown;
  }
  return IsCrypt(hash) ? PasswordScheme::kCrypt : PasswordScheme::kUnknown;
}

const PasswordUser* PasswordFile::Find(absl::string_view user) const {
  const auto found =
      std::lower_bound(users.begin(), users.end(), user,
                       [](const PasswordUser& a, absl::string_view b) { return a.name < b; });
  return found != users.end() && found->name == user ? &*found : nullptr;
}

ParsedPasswords ParsePasswords(const std::string& name, const std::string& path,
                               absl::string_view content) {
  ParsedPasswords parsed;
  parsed.file.name = name;
  std::set<std::string> known;
  std::string first;
  size_t number = 0;
  size_t wrong = 0;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    PasswordUser user;
    std::string why = ReadLine(line, user);
    if (why.empty() && user.name.empty()) continue;
    if (why.empty() && known.size() >= PasswordFile::kMostUsers) {
      why = absl::StrCat("is of one user more than ", PasswordFile::kMostUsers);
    }
    if (!why.empty()) {
      if (wrong++ == 0) first = absl::StrCat("line ", number, " ", why);
      continue;
    }
    if (known.insert(user.name).second) parsed.file.users.push_back(std::move(user));
  }
  std::sort(parsed.file.users.begin(), parsed.file.users.end(),
            [](const PasswordUser& a, const PasswordUser& b) { return a.name < b.name; });
  if (wrong > 0) {
    parsed.problem = ProblemOf(
        path,
        absl::StrCat(first, wrong > 1 ? absl::StrCat(" (and ", wrong - 1, " more do not fit)") : "",
                     ", so nobody comes in by it"));
  } else if (parsed.file.users.empty()) {
    parsed.problem = ProblemOf(path, "it has no users, so nobody comes in where it applies");
  }
  return parsed;
}

}  // namespace fairlead
