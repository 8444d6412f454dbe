#pragma once

#include <pthread.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/base/directory_events.h"

namespace fairlead {

// Looks at a directory whenever something happens there (inotify), and now and then in any case,
// for file systems that tell of nothing.
//
// Every way to replace files is seen: written in place, renamed over, linked to elsewhere (certbot,
// acme-companion), a link to a directory of all files that is renamed over (`..data`).
//
// Reader: how it is looked at. Made of the directory's path; Look() gives what is there, which can
// be compared and has an absl::Status `status`; Watched() gives the directories (std::set of paths)
// in which something has to happen for the next look to differ.
//
// Threads: Start from any, once; then a thread of its own.
template <typename Reader>
class DirectoryWatcher {
 public:
  using Directory = decltype(std::declval<Reader&>().Look());
  struct Options {
    std::string directory;
    // What is looked for there, as the thread and the log call it: "certificates"; at most 15 bytes
    // (pthread_setname_np(3)).
    std::string what;
    // Between looks of which nothing told. Positive.
    absl::Duration look_every = absl::Seconds(10);
  };
  // Called with what is there, first within Start and then on the watcher's thread, when it is
  // other than the last time. Never after the destructor has returned.
  using OnDirectory = absl::AnyInvocable<void(Directory)>;

  DirectoryWatcher(Options options, OnDirectory on_directory)
      : what_(options.what),
        on_directory_(std::move(on_directory)),
        reader_(options.directory),
        events_(options.what, options.look_every) {}
  ~DirectoryWatcher() {
    if (!thread_.joinable()) return;
    events_.End();
    thread_.join();
  }
  DirectoryWatcher(const DirectoryWatcher&) = delete;
  DirectoryWatcher& operator=(const DirectoryWatcher&) = delete;

  // Looks once and goes on by itself. The status is that of what it saw first: the directory need
  // not be there yet.
  absl::Status Start() {
    Look();
    absl::Status status = last_->status;
    thread_ = std::thread([this] { Run(); });
    return status;
  }

 private:
  // Links may lead on while they are looked at; whoever goes on changing them is seen the next
  // time.
  static constexpr int kMostLooksAtOnce = 8;

  void Look() {
    // What happens between a look and the watch that it asks for tells nobody: look again.
    Directory directory = reader_.Look();
    for (int i = 1; events_.Watch(reader_.Watched()) && i < kMostLooksAtOnce; ++i) {
      directory = reader_.Look();
    }
    if (last_ == directory) return;
    last_ = directory;
    on_directory_(std::move(directory));
  }

  void Run() {
    pthread_setname_np(pthread_self(), what_.c_str());
    while (events_.Await()) Look();
  }

  const std::string what_;
  OnDirectory on_directory_;
  Reader reader_;
  std::optional<Directory> last_;
  DirectoryEvents events_;
  std::thread thread_;
};

}  // namespace fairlead
