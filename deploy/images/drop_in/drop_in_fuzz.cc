// Whatever the environment of the container and its mounts are: they are taken, or refused with
// words that can be shown. Lines of VARIABLE=VALUE; of /PATH/NAME, for a file that was mounted; and
// others, which are mountinfo's.
//   test/fuzz deploy/images/drop_in:drop_in_fuzz
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "deploy/images/drop_in/container_id.h"
#include "deploy/images/drop_in/drop_in_settings.h"
#include "deploy/images/drop_in/mounted_files.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void RequireShown(absl::string_view text) {
  Require(!text.empty() && std::none_of(text.begin(), text.end(), absl::ascii_iscntrl));
}

// The line as one of the files that nginx-proxy's container looks for, if it is below one of them.
void Mount(absl::string_view line, std::vector<MountedFile>& mounted) {
  for (const std::string& path : MountedPaths()) {
    absl::string_view name = line;
    if (!absl::ConsumePrefix(&name, path)) continue;
    if (mounted.empty() || mounted.back().path != path) mounted.push_back({path, {}});
    if (absl::ConsumePrefix(&name, "/")) mounted.back().names.emplace_back(name);
  }
}

void CheckSettings(const std::map<std::string, std::string>& environment,
                   const std::vector<MountedFile>& mounted) {
  const auto settings = ReadDropInSettings(
      [&](const char* name) -> const char* {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
      },
      mounted);
  if (!settings.ok()) return RequireShown(settings.status().message());
  Require(settings->http_port > 0);
  for (const std::string& argument : settings->server_arguments) {
    Require(absl::StartsWith(argument, "--"));
  }
  for (const DropInNote& note : settings->notes) RequireShown(note.text);
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::map<std::string, std::string> environment;
  std::vector<fairlead::MountedFile> mounted;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    fairlead::Mount(line, mounted);
    const std::pair<std::string, std::string> said = absl::StrSplit(line, absl::MaxSplits('=', 1));
    environment.insert(said);
  }
  fairlead::CheckSettings(environment, mounted);
  const auto id = fairlead::OwnContainerId(text);
  if (id.has_value()) fairlead::Require(id->size() == 64);
  return 0;
}
