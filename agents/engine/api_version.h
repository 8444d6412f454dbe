#pragma once

#include <compare>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// A version of the Docker Engine API, such as 1.41.
struct ApiVersion {
  int major = 0;
  int minor = 0;

  std::string ToString() const;
  friend auto operator<=>(const ApiVersion&, const ApiVersion&) = default;
};

// The newest that the agent was tried with (Docker 26.1), and the oldest that has all it needs
// (Docker 1.12).
inline constexpr ApiVersion kNewestApi = {1, 45};
inline constexpr ApiVersion kOldestApi = {1, 24};

// Reads "1.41". INVALID_ARGUMENT if it is something else.
absl::StatusOr<ApiVersion> ParseApiVersion(absl::string_view text);

// The version to speak with an engine that speaks up to `newest_of_engine`: the older of that and
// kNewestApi. FAILED_PRECONDITION if that is older than kOldestApi. An engine that wants something
// newer than kNewestApi says so itself, in its answer.
absl::StatusOr<ApiVersion> NegotiatedVersion(ApiVersion newest_of_engine);

}  // namespace fairlead
