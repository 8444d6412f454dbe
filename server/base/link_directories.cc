#include "server/base/link_directories.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fairlead {
namespace {

// As many as the kernel follows (path_resolution(7)).
constexpr int kMostLinks = 40;

std::deque<std::string> PartsOf(absl::string_view path) {
  return absl::StrSplit(path, '/', absl::SkipEmpty());
}

std::string Below(const std::string& directory, const std::string& name) {
  return absl::StrCat(directory, directory == "/" ? "" : "/", name);
}

}  // namespace

void AddLinkDirectories(const std::string& path, std::set<std::string>& directories) {
  std::deque<std::string> parts = PartsOf(path);
  std::string at = absl::StartsWith(path, "/") ? "/" : ".";
  for (int links = 0; !parts.empty() && links <= kMostLinks;) {
    const std::string name = parts.front();
    parts.pop_front();
    const std::string here = Below(at, name);
    struct stat found = {};
    if (lstat(here.c_str(), &found) != 0) {
      directories.insert(at);
      return;
    }
    if (S_ISLNK(found.st_mode)) {
      directories.insert(at);
      char target[PATH_MAX];
      const ssize_t size = readlink(here.c_str(), target, sizeof(target));
      if (size <= 0) return;
      const std::string to(target, static_cast<size_t>(size));
      if (absl::StartsWith(to, "/")) at.assign(1, '/');
      const std::deque<std::string> more = PartsOf(to);
      parts.insert(parts.begin(), more.begin(), more.end());
      ++links;
      continue;
    }
    if (parts.empty()) {
      directories.insert(at);
      return;
    }
    // ".." as the kernel does it: `here` then ends with it.
    at = here;
  }
}

}  // namespace fairlead
