#include "deploy/images/drop_in/container_id.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace fairlead {
namespace {

bool IsContainerId(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

bool IsMadeByTheEngine(absl::string_view mount_point) {
  return mount_point == "/etc/hostname" || mount_point == "/etc/hosts" ||
         mount_point == "/etc/resolv.conf";
}

}  // namespace

std::optional<std::string> OwnContainerId(absl::string_view mountinfo) {
  for (const absl::string_view line : absl::StrSplit(mountinfo, '\n')) {
    // Mount id, parent id, device, root, mount point, ...
    const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(' ', 5));
    if (fields.size() < 5 || !IsMadeByTheEngine(fields[4])) continue;
    for (const absl::string_view name : absl::StrSplit(fields[3], '/')) {
      if (IsContainerId(name)) return std::string(name);
    }
  }
  return std::nullopt;
}

}  // namespace fairlead
