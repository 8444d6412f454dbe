#include "server/certificates/certificate_watcher.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <string.h>
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

// Links may lead on while they are looked at; whoever goes on changing them is seen the next time.
constexpr int kMostLooksAtOnce = 8;

}  // namespace

CertificateWatcher::CertificateWatcher(Options options, OnDirectory on_directory)
    : options_(std::move(options)),
      on_directory_(std::move(on_directory)),
      reader_(options_.directory),
      notify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      end_(eventfd(0, EFD_CLOEXEC)) {}

CertificateWatcher::~CertificateWatcher() {
  if (thread_.joinable()) {
    eventfd_write(end_, 1);
    thread_.join();
  }
  if (notify_ >= 0) close(notify_);
  if (end_ >= 0) close(end_);
}

void CertificateWatcher::Start() {
  Look();
  thread_ = std::thread([this] { Run(); });
}

void CertificateWatcher::Look() {
  // What happens between a look and the watch that it asks for tells nobody: look again.
  CertificateDirectory directory = reader_.Look();
  for (int i = 1; WatchDirectories() && i < kMostLooksAtOnce; ++i) directory = reader_.Look();
  if (has_looked_ && directory == last_) return;
  has_looked_ = true;
  last_ = directory;
  on_directory_(std::move(directory));
}

bool CertificateWatcher::WatchDirectories() {
  if (notify_ < 0) return false;
  std::set<int> watches;
  bool is_new = false;
  for (const std::string& directory : reader_.Watched()) {
    const int watch = inotify_add_watch(notify_, directory.c_str(), kEvents);
    if (watch >= 0) {
      watches.insert(watch);
      is_new |= watches_.count(watch) == 0;
    } else if (errno == ENOSPC && !has_warned_) {
      has_warned_ = true;
      spdlog::warn(
          "{} is not watched for changes of certificates, but looked at every {}: the limit of "
          "inotify watches is reached (sysctl fs.inotify.max_user_watches)",
          directory, absl::FormatDuration(options_.look_every));
    }
  }
  for (const int watch : watches_) {
    if (watches.count(watch) == 0) inotify_rm_watch(notify_, watch);
  }
  watches_ = std::move(watches);
  return is_new;
}

void CertificateWatcher::Run() {
  pthread_setname_np(pthread_self(), "certificates");
  const int patience = static_cast<int>(absl::ToInt64Milliseconds(options_.look_every));
  while (true) {
    std::array<pollfd, 2> wait = {{{end_, POLLIN, 0}, {notify_, POLLIN, 0}}};
    const int ready = poll(wait.data(), wait.size(), patience);
    if (ready < 0 && errno != EINTR) return;
    if (wait[0].revents != 0) return;
    Drain();
    Look();
  }
}

void CertificateWatcher::Drain() {
  // Which file it was does not matter: a look reads only what is another than before.
  std::array<char, 65536> events;
  while (notify_ >= 0 && read(notify_, events.data(), events.size()) > 0) {
  }
}

}  // namespace fairlead
