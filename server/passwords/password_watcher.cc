#include "server/passwords/password_watcher.h"

#include <pthread.h>

#include <utility>

namespace fairlead {
namespace {

// Links may lead on while they are looked at; whoever goes on changing them is seen the next time.
constexpr int kMostLooksAtOnce = 8;

}  // namespace

PasswordWatcher::PasswordWatcher(Options options, OnDirectory on_directory)
    : on_directory_(std::move(on_directory)),
      reader_(options.directory),
      events_("passwords", options.look_every) {}

PasswordWatcher::~PasswordWatcher() {
  if (!thread_.joinable()) return;
  events_.End();
  thread_.join();
}

absl::Status PasswordWatcher::Start() {
  Look();
  if (!last_.status.ok()) return last_.status;
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void PasswordWatcher::Look() {
  // What happens between a look and the watch that it asks for tells nobody: look again.
  PasswordDirectory directory = reader_.Look();
  for (int i = 1; events_.Watch(reader_.Watched()) && i < kMostLooksAtOnce; ++i) {
    directory = reader_.Look();
  }
  if (has_looked_ && directory == last_) return;
  has_looked_ = true;
  last_ = directory;
  on_directory_(std::move(directory));
}

void PasswordWatcher::Run() {
  pthread_setname_np(pthread_self(), "passwords");
  while (events_.Await()) Look();
}

}  // namespace fairlead
