#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// A version is a hash of content (XXH3, 128 bits): equal content, equal version, on every replica
// and after every restart. Source: the rule is ours (docs/decisions/0002); to a client a version is
// opaque.
class Version {
 public:
  Version() = default;
  // Of `content`, told apart by `name`.
  static Version Of(absl::string_view name, absl::string_view content);

  // The version of a set is the sum of its members' versions: adding and removing one costs the
  // same however large the set is, and order does not matter.
  Version& operator+=(const Version& other);
  Version& operator-=(const Version& other);

  // 32 hexadecimal digits, as clients see it.
  std::string ToString() const;
  // Whether a client means this version.
  bool Is(absl::string_view text) const { return text == ToString(); }

  friend bool operator==(const Version& a, const Version& b) {
    return a.high_ == b.high_ && a.low_ == b.low_;
  }

 private:
  uint64_t high_ = 0;
  uint64_t low_ = 0;
};

}  // namespace fairlead
