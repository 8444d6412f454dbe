#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/store/data_directory.h"
#include "server/store/database.h"
#include "server/store/store.h"

namespace fairlead {

// Keeps the records in the file fairlead.db of the data directory (SQLite). Writes happen on a
// thread of its own: whatever waits goes in one transaction, at most one each 200 ms unless Flush
// asks.
//
// A file that is damaged is set aside as fairlead.db.damaged-TIME, with a line in the log, and a
// new one is begun. When a write fails (disk full, I/O error, read-only) everything stays in
// memory, the newest value of a record only, and is tried again after 100 ms, then more and more up
// to 5 s.
class SqliteStore final : public Store {
 public:
  // See DataDirectory::Open and Database for what can go wrong.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& directory);

  // Tries once more to write what waits.
  ~SqliteStore() override;

  absl::StatusOr<StoredState> Load() override;
  void Save(StoredChanges changes) override;
  absl::Status Flush(absl::Duration patience) override;
  absl::Status Health() const override;

 private:
  struct ContainerRecord {
    std::string host_id;
    std::shared_ptr<const v1::Container> container;
  };
  // What a record is to be; the first: deleted. Serialized by the writer.
  using Value = std::variant<std::monostate, v1::StoredHost, ContainerRecord, v1::StoredService,
                             v1::StoredResource, v1::StoredCertificate>;
  using Batch = absl::btree_map<std::pair<RecordKind, std::string>, Value>;

  SqliteStore(std::unique_ptr<DataDirectory> directory, std::unique_ptr<Database> database);

  static std::string Serialized(const Value& value);

  void Run();
  bool TakeBatch(Batch& batch) ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsDue() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  absl::Status Write(const Batch& batch) ABSL_LOCKS_EXCLUDED(database_mutex_);
  void Written(const absl::Status& status, Batch batch) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::unique_ptr<DataDirectory> directory_;

  absl::Mutex database_mutex_;
  std::unique_ptr<Database> database_ ABSL_GUARDED_BY(database_mutex_);

  mutable absl::Mutex mutex_;
  Batch waiting_ ABSL_GUARDED_BY(mutex_);
  uint64_t saved_ ABSL_GUARDED_BY(mutex_) = 0;    // calls of Save
  uint64_t taken_ ABSL_GUARDED_BY(mutex_) = 0;    // those in the attempt that is made, or made last
  uint64_t written_ ABSL_GUARDED_BY(mutex_) = 0;  // those that are durable
  uint64_t attempts_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t failed_attempt_ ABSL_GUARDED_BY(mutex_) = 0;  // the last one that failed
  uint64_t urgent_attempt_ ABSL_GUARDED_BY(mutex_) = 0;  // made at once up to this one
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;             // in a row
  absl::Duration not_before_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

}  // namespace fairlead
