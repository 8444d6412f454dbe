#pragma once

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "server/store/store.h"

namespace fairlead {

// Keeps its records as long as it lives itself: for tests, which hand one to server after server,
// and for a server without a data directory.
class MemoryStore final : public Store {
 public:
  absl::StatusOr<StoredState> Load() override;
  void Save(StoredChanges changes) override;
  absl::Status Flush(absl::Duration patience) override;
  absl::Status Health() const override;

 private:
  mutable absl::Mutex mutex_;
  absl::btree_map<std::string, v1::StoredHost> hosts_ ABSL_GUARDED_BY(mutex_);
  absl::btree_map<std::pair<std::string, std::string>, v1::StoredContainer> containers_
      ABSL_GUARDED_BY(mutex_);
  absl::btree_map<std::string, v1::StoredService> services_ ABSL_GUARDED_BY(mutex_);
  absl::btree_map<std::string, v1::StoredResource> resources_ ABSL_GUARDED_BY(mutex_);
  absl::btree_map<std::string, v1::StoredCertificate> certificates_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fairlead
