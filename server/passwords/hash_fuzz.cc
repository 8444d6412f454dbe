// A hash of a password file, and behind a line break a password: whatever it is, it is of a known
// form or nobody's, and what checking it may cost is bounded by its form.
//   test/fuzz server/passwords:hash_fuzz

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "server/passwords/password_file.h"
#include "server/passwords/verify_password.h"

namespace fairlead {
namespace {

// Each run is to end at once: what only takes longer is not tried.
constexpr int kMostTriedCost = 5;
constexpr int kMostTriedRounds = 5'000;

void Require(bool holds) {
  if (!holds) std::abort();
}

// The cost of bcrypt that it asks for; zero: of another form.
int CostOf(absl::string_view hash) {
  int cost = 0;
  if (absl::StartsWith(hash, "$2")) Require(absl::SimpleAtoi(hash.substr(4, 2), &cost));
  return cost;
}

// The rounds of $5$ and $6$ that it asks for; zero: it leaves that open.
int RoundsOf(absl::string_view hash) {
  int rounds = 0;
  if (!absl::ConsumePrefix(&hash, "$5$rounds=") && !absl::ConsumePrefix(&hash, "$6$rounds=")) {
    return 0;
  }
  Require(absl::SimpleAtoi(hash.substr(0, hash.find('$')), &rounds));
  return rounds;
}

void Check(const std::string& hash, const std::string& password) {
  if (SchemeOf(hash) == PasswordScheme::kUnknown) {
    return Require(!IsPasswordOf(hash, password));
  }
  Require(CostOf(hash) <= PasswordFile::kMostCost);
  Require(RoundsOf(hash) <= PasswordFile::kMostRounds);
  if (CostOf(hash) > kMostTriedCost || RoundsOf(hash) > kMostTriedRounds) return;
  Require(IsPasswordOf(hash, password) == IsPasswordOf(hash, password));
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fairlead;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(text.find('\n'), text.size());
  // As a file has them, and as a client says them.
  const std::string hash = text.substr(0, std::min(end, PasswordFile::kLongestHash));
  std::string password = text.substr(std::min(end + 1, text.size()), kLongestPassword);
  password.erase(std::remove(password.begin(), password.end(), '\0'), password.end());
  Check(hash, password);
  return 0;
}
