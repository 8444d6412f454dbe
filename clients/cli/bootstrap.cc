#include "clients/cli/bootstrap.h"

#include "absl/strings/str_cat.h"
#include "clients/cli/display_text.h"

namespace fairlead {

absl::Status CheckName(absl::string_view name) {
  constexpr size_t kLongestName = 253;
  if (name.empty()) return absl::InvalidArgumentError("it is empty; write a name");
  if (name.size() > kLongestName) {
    return absl::InvalidArgumentError(
        absl::StrCat("it is longer than ", kLongestName, " bytes; write a shorter name"));
  }
  if (Printable(name) != std::string(name)) {
    return absl::InvalidArgumentError(
        "it has control characters, or is no UTF-8; write a name of printable characters");
  }
  return absl::OkStatus();
}

}  // namespace fairlead
