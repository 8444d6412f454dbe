#include "agents/engine/api_version.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/log.h"

namespace fairlead {

std::string ApiVersion::ToString() const { return absl::StrCat(major, ".", minor); }

absl::StatusOr<ApiVersion> ParseApiVersion(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('.', 1));
  ApiVersion version;
  if (!absl::SimpleAtoi(parts.first, &version.major) ||
      !absl::SimpleAtoi(parts.second, &version.minor) || version.major < 0 || version.minor < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", Quoted(text), "' is no version of the Docker Engine API"));
  }
  return version;
}

absl::StatusOr<ApiVersion> NegotiatedVersion(ApiVersion newest_of_engine) {
  const ApiVersion version = std::min(newest_of_engine, kNewestApi);
  if (version < kOldestApi) {
    return absl::FailedPreconditionError(
        absl::StrCat("the engine speaks version ", version.ToString(),
                     " of the Docker Engine API, and the agent needs ", kOldestApi.ToString(),
                     " or newer; upgrade the engine (Docker 1.12 or Podman 3)"));
  }
  return version;
}

}  // namespace fairlead
