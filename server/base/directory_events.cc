#include "server/base/directory_events.h"

#include <errno.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <utility>

namespace fairlead {
namespace {

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE |
                             IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

DirectoryEvents::DirectoryEvents(std::string what, absl::Duration patience)
    : what_(std::move(what)),
      patience_(patience),
      notify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      end_(eventfd(0, EFD_CLOEXEC)) {}

DirectoryEvents::~DirectoryEvents() {
  if (notify_ >= 0) close(notify_);
  if (end_ >= 0) close(end_);
}

bool DirectoryEvents::Watch(const std::set<std::string>& directories) {
  if (notify_ < 0) return false;
  std::set<int> watches;
  bool is_new = false;
  for (const std::string& directory : directories) {
    const int watch = inotify_add_watch(notify_, directory.c_str(), kEvents);
    if (watch >= 0) {
      watches.insert(watch);
      is_new |= watches_.count(watch) == 0;
    } else if (errno == ENOSPC && !has_warned_) {
      has_warned_ = true;
      spdlog::warn(
          "{} is not watched for changes of {}, but looked at every {}: the limit of inotify "
          "watches is reached (sysctl fs.inotify.max_user_watches)",
          directory, what_, absl::FormatDuration(patience_));
    }
  }
  for (const int watch : watches_) {
    if (watches.count(watch) == 0) inotify_rm_watch(notify_, watch);
  }
  watches_ = std::move(watches);
  return is_new;
}

bool DirectoryEvents::Await() {
  std::array<pollfd, 2> wait = {{{end_, POLLIN, 0}, {notify_, POLLIN, 0}}};
  const int ready =
      poll(wait.data(), wait.size(), static_cast<int>(absl::ToInt64Milliseconds(patience_)));
  if (ready < 0 && errno != EINTR) return false;
  if (wait[0].revents != 0) return false;
  // Which file it was does not matter: a look reads what is another than before.
  std::array<char, 65536> events;
  while (notify_ >= 0 && read(notify_, events.data(), events.size()) > 0) {
  }
  return true;
}

void DirectoryEvents::End() { eventfd_write(end_, 1); }

}  // namespace fairlead
