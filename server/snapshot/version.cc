#include "server/snapshot/version.h"

#include <xxhash.h>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"

namespace fairlead {

Version Version::Of(absl::string_view name, absl::string_view content) {
  const XXH64_hash_t seed = XXH3_64bits(name.data(), name.size());
  const XXH128_hash_t hash = XXH3_128bits_withSeed(content.data(), content.size(), seed);
  Version version;
  version.high_ = hash.high64;
  version.low_ = hash.low64;
  return version;
}

Version& Version::operator+=(const Version& other) {
  const absl::uint128 sum =
      absl::MakeUint128(high_, low_) + absl::MakeUint128(other.high_, other.low_);
  high_ = absl::Uint128High64(sum);
  low_ = absl::Uint128Low64(sum);
  return *this;
}

Version& Version::operator-=(const Version& other) {
  const absl::uint128 difference =
      absl::MakeUint128(high_, low_) - absl::MakeUint128(other.high_, other.low_);
  high_ = absl::Uint128High64(difference);
  low_ = absl::Uint128Low64(difference);
  return *this;
}

std::string Version::ToString() const {
  return absl::StrCat(absl::Hex(high_, absl::kZeroPad16), absl::Hex(low_, absl::kZeroPad16));
}

}  // namespace fairlead
