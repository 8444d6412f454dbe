#include "server/passwords/password_directory.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/file.h"
#include "server/base/link_directories.h"
#include "server/passwords/password_file.h"

namespace fairlead {
namespace {

// Ours or not.
constexpr size_t kMostEntries = 100'000;

absl::Status CannotRead(const std::string& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", path));
}

FoundPasswords ReadPasswords(const std::string& path) {
  FoundPasswords found;
  found.path = path;
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  // Anything else may block whoever opens it.
  if (!std::filesystem::is_regular_file(status)) {
    found.error = error ? error.message() : "it is no regular file";
    return found;
  }
  absl::StatusOr<std::string> content = ReadFile(path, PasswordFile::kLargest);
  if (content.ok()) {
    found.content = *std::move(content);
  } else {
    found.error = std::string(content.status().message());
  }
  return found;
}

}  // namespace

void PasswordDirectoryReader::Watch(const std::string& path) {
  if (watched_.size() < kMostWatched) AddLinkDirectories(path, watched_);
}

PasswordDirectory PasswordDirectoryReader::Look() {
  PasswordDirectory directory;
  directory.path = path_;
  watched_.clear();
  Watch(absl::StrCat(path_, "/."));
  std::set<std::string> names;
  std::error_code error;
  size_t entries = 0;
  for (std::filesystem::directory_iterator entry(path_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (++entries > kMostEntries || names.size() > PasswordDirectory::kMostFiles) break;
    std::string name = entry->path().filename();
    std::error_code of_entry;
    if (absl::StartsWith(name, ".") || entry->is_directory(of_entry)) continue;
    names.insert(std::move(name));
  }
  if (error) {
    directory.status = CannotRead(path_, error);
    return directory;
  }
  // What is not read would be open to everyone.
  if (entries > kMostEntries || names.size() > PasswordDirectory::kMostFiles) {
    directory.status = absl::ResourceExhaustedError(absl::StrCat(
        "cannot read ", path_, ": it has more than ", PasswordDirectory::kMostFiles, " files"));
    return directory;
  }
  for (const std::string& name : names) {
    const std::string path = absl::StrCat(path_, "/", name);
    Watch(path);
    const std::string lower = absl::AsciiStrToLower(name);
    if (!directory.files.contains(lower)) directory.files.emplace(lower, ReadPasswords(path));
  }
  return directory;
}

}  // namespace fairlead
