#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"

namespace fairlead {

// A file of passwords as it was found.
struct FoundPasswords {
  std::string path;
  std::string content;
  std::string error;  // why it cannot be read; empty: `content` is all of it

  friend bool operator==(const FoundPasswords&, const FoundPasswords&) = default;
};

// What a directory of password files held when it was looked at. A value.
struct PasswordDirectory {
  static constexpr size_t kMostFiles = 10'000;

  std::string path;
  // Not OK: what is there is not known, and the rest is empty.
  absl::Status status;
  // By the file's name, in lower case; of two that differ in case alone the first by the alphabet.
  // Directories and names that begin with '.' are nobody's concern.
  absl::btree_map<std::string, FoundPasswords> files;

  friend bool operator==(const PasswordDirectory&, const PasswordDirectory&) = default;
};

// Looks at a directory again and again. Links are followed to regular files alone. Not thread-safe.
class PasswordDirectoryReader {
 public:
  explicit PasswordDirectoryReader(std::string path) : path_(std::move(path)) {}

  PasswordDirectory Look();

  // Directories in which something has to happen for the next Look to find something else, as of
  // the last one. Not more than kMostWatched.
  static constexpr size_t kMostWatched = 4'096;
  const std::set<std::string>& Watched() const { return watched_; }

 private:
  void Watch(const std::string& path);

  const std::string path_;
  std::set<std::string> watched_;
};

}  // namespace fairlead
