#include "server/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

absl::StatusOr<std::string> ReadAll(int file, const std::string& path, size_t most) {
  std::string content;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t size = read(file, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
    if (size == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(size));
    if (content.size() > most) {
      return absl::ResourceExhaustedError(
          absl::StrCat("cannot read ", path, ": it has more than ", most, " bytes"));
    }
  }
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  absl::StatusOr<std::string> content = ReadAll(file, path, most);
  close(file);
  return content;
}

}  // namespace fairlead
