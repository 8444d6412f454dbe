#include "deploy/images/drop_in/mounted_files.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

namespace fairlead {
namespace {

constexpr const char* kPaths[] = {
    "/etc/nginx/vhost.d",
    "/etc/nginx/conf.d",
    "/etc/nginx/toplevel.conf.d",
    "/etc/nginx/proxy.conf",
    "/etc/nginx/network_internal.conf",
    "/etc/nginx/nginx.conf",
    "/etc/nginx/dhparam",
    "/app/nginx.tmpl",
    "/usr/share/nginx/html/.well-known",
    "/usr/share/nginx/html/errors/50x.html",
};
constexpr size_t kMostNames = 20;

// A volume that nginx-proxy had before still holds what it made there.
bool IsMadeByNginxProxy(const std::string& path, const std::string& name) {
  return path == "/etc/nginx/conf.d" && name == "default.conf";
}

std::vector<std::string> NamesIn(const std::string& root, const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(root + path, error), end;
       !error && entry != end && names.size() < kMostNames; entry.increment(error)) {
    std::string name = entry->path().filename();
    if (!IsMadeByNginxProxy(path, name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::vector<std::string> MountedPaths() { return {std::begin(kPaths), std::end(kPaths)}; }

std::vector<MountedFile> FindMountedFiles(const std::string& root) {
  std::vector<MountedFile> found;
  for (const char* path : kPaths) {
    std::error_code error;
    const auto status = std::filesystem::status(root + path, error);
    if (std::filesystem::is_directory(status)) {
      std::vector<std::string> names = NamesIn(root, path);
      if (!names.empty()) found.push_back({path, std::move(names)});
    } else if (std::filesystem::exists(status)) {
      found.push_back({path, {}});
    }
  }
  return found;
}

}  // namespace fairlead
