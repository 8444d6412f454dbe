#pragma once

#include <set>
#include <string>

#include "absl/time/time.h"

namespace fairlead {

// Waits for something to happen in directories (inotify), or, for file systems that tell of
// nothing, for a time to be over. For one thread, but for End.
class DirectoryEvents {
 public:
  // `what` is looked for there: "certificates". `patience` is how long Await waits at most:
  // positive.
  DirectoryEvents(std::string what, absl::Duration patience);
  ~DirectoryEvents();
  DirectoryEvents(const DirectoryEvents&) = delete;
  DirectoryEvents& operator=(const DirectoryEvents&) = delete;

  // From now on these are watched, and no others. Whether one of them is that was not before: what
  // happened there until now tells nobody. Those that are not there, or for which there is no watch
  // left (which is logged), are passed over.
  bool Watch(const std::set<std::string>& directories);

  // Until something happened since the last time, or `patience` is over. False: it is the end.
  bool Await();

  // Ends Await, now and for ever. From any thread.
  void End();

 private:
  const std::string what_;
  const absl::Duration patience_;
  const int notify_;  // inotify; -1: there is none
  const int end_;     // eventfd
  std::set<int> watches_;
  bool has_warned_ = false;
};

}  // namespace fairlead
