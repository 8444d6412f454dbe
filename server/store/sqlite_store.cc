#include "server/store/sqlite_store.h"

#include <errno.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <stdio.h>

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/base/clock.h"

namespace fairlead {
namespace {

constexpr char kFile[] = "fairlead.db";
constexpr absl::Duration kBetweenWrites = absl::Milliseconds(200);
constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
constexpr absl::Duration kLongestDelay = absl::Seconds(5);

// With jitter, so that what fails together is not tried again together.
absl::Duration DelayAfter(int failures) {
  const absl::Duration delay =
      std::min(kLongestDelay, kFirstDelay * (int64_t{1} << std::min(failures - 1, 6)));
  absl::BitGen random;
  return delay * absl::Uniform(random, 0.5, 1.0);
}

absl::Status SetAside(const std::string& path, const absl::Status& why) {
  const std::string aside =
      absl::StrCat(path, ".damaged-",
                   absl::FormatTime("%Y%m%dT%H%M%SZ", Clock::Real().Wall(), absl::UTCTimeZone()));
  spdlog::error(
      "{}; it is set aside as {}, and the server begins without a stored state: agents "
      "fill it again as they report",
      std::string(why.message()), aside);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string from = absl::StrCat(path, suffix);
    if (rename(from.c_str(), absl::StrCat(aside, suffix).c_str()) != 0 && errno != ENOENT) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot set the damaged file ", from,
                                                     " aside; move it away by hand"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Database>> OpenOrBegin(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(path);
  if (database.ok() || database.status().code() != absl::StatusCode::kDataLoss) return database;
  const absl::Status aside = SetAside(path, database.status());
  if (!aside.ok()) return aside;
  return Database::Open(path);
}

// Whether the record was understood.
template <typename Record>
bool TakeRecord(const std::string& value, std::vector<Record>& records) {
  if (records.emplace_back().ParseFromString(value)) return true;
  records.pop_back();
  return false;
}

bool TakeRecordOfKind(int kind, const std::string& value, StoredState& state) {
  switch (static_cast<RecordKind>(kind)) {
    case RecordKind::kHost:
      return TakeRecord(value, state.hosts);
    case RecordKind::kContainer:
      return TakeRecord(value, state.containers);
    case RecordKind::kService:
      return TakeRecord(value, state.services);
    case RecordKind::kResource:
      return TakeRecord(value, state.resources);
    case RecordKind::kCertificate:
      return TakeRecord(value, state.certificates);
  }
  return false;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& directory) {
  absl::StatusOr<std::unique_ptr<DataDirectory>> opened = DataDirectory::Open(directory);
  if (!opened.ok()) return opened.status();
  absl::StatusOr<std::unique_ptr<Database>> database = OpenOrBegin((*opened)->File(kFile));
  if (!database.ok()) return database.status();
  return std::unique_ptr<SqliteStore>(new SqliteStore(*std::move(opened), *std::move(database)));
}

SqliteStore::SqliteStore(std::unique_ptr<DataDirectory> directory,
                         std::unique_ptr<Database> database)
    : directory_(std::move(directory)),
      database_(std::move(database)),
      writer_([this] { Run(); }) {}

SqliteStore::~SqliteStore() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  writer_.join();
}

absl::StatusOr<StoredState> SqliteStore::Load() {
  absl::MutexLock lock(&database_mutex_);
  StoredState state;
  int not_understood = 0;
  const absl::StatusOr<int> damaged =
      database_->ForEach([&](int kind, const std::string& key, const std::string& value) {
        if (TakeRecordOfKind(kind, value, state)) return;
        spdlog::warn("the stored record {} of kind {} is not understood and left out", key, kind);
        ++not_understood;
      });
  if (damaged.ok()) {
    if (*damaged > 0) {
      spdlog::error("{} stored records are damaged and left out; agents report them again",
                    *damaged);
    }
    return state;
  }
  if (damaged.status().code() != absl::StatusCode::kDataLoss) return damaged.status();
  const std::string path = directory_->File(kFile);
  database_.reset();
  const absl::Status aside = SetAside(path, damaged.status());
  if (!aside.ok()) return aside;
  absl::StatusOr<std::unique_ptr<Database>> fresh = Database::Open(path);
  if (!fresh.ok()) return fresh.status();
  database_ = *std::move(fresh);
  return StoredState();
}

void SqliteStore::Save(StoredChanges changes) {
  if (changes.empty()) return;
  absl::MutexLock lock(&mutex_);
  ++saved_;
  for (auto& [id, after] : changes.hosts) {
    Value& value = waiting_[{RecordKind::kHost, id}];
    value = std::monostate();
    if (after.has_value()) value = *std::move(after);
  }
  for (auto& [host_id, id, after] : changes.containers) {
    Value& value = waiting_[{RecordKind::kContainer, absl::StrCat(host_id, "/", id)}];
    value = std::monostate();
    if (after != nullptr) value = ContainerRecord{host_id, std::move(after)};
  }
  for (auto& [name, after] : changes.services) {
    Value& value = waiting_[{RecordKind::kService, name}];
    value = std::monostate();
    if (after.has_value()) value = *std::move(after);
  }
  for (auto& [key, after] : changes.resources) {
    Value& value = waiting_[{RecordKind::kResource, key}];
    value = std::monostate();
    if (after.has_value()) value = *std::move(after);
  }
  for (auto& [name, after] : changes.certificates) {
    Value& value = waiting_[{RecordKind::kCertificate, name}];
    value = std::monostate();
    if (after.has_value()) value = *std::move(after);
  }
}

absl::Status SqliteStore::Flush(absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  const uint64_t wanted = saved_;
  const uint64_t first = attempts_ + 1;
  urgent_attempt_ = first;
  const auto decided = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return written_ >= wanted || failed_attempt_ >= first;
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&decided), patience)) {
    return absl::DeadlineExceededError(
        absl::StrCat("the state was not written to ", directory_->File(kFile), " within ",
                     absl::FormatDuration(patience), "; is the disk too slow?"));
  }
  return written_ >= wanted ? absl::OkStatus() : health_;
}

absl::Status SqliteStore::Health() const {
  absl::MutexLock lock(&mutex_);
  return health_;
}

void SqliteStore::Run() {
  pthread_setname_np(pthread_self(), "store");
  while (true) {
    Batch batch;
    const bool go_on = TakeBatch(batch);
    if (!batch.empty()) {
      const absl::Status status = Write(batch);
      Written(status, std::move(batch));
    }
    if (!go_on) return;
  }
}

bool SqliteStore::IsDue() const {
  if (waiting_.empty()) return false;
  return attempts_ < urgent_attempt_ || Clock::Real().Monotonic() >= not_before_;
}

// Waits for something to write, and for the time to write it. False: the writer is to end after
// this batch.
bool SqliteStore::TakeBatch(Batch& batch) {
  absl::MutexLock lock(&mutex_);
  while (!ending_ && !IsDue()) {
    const bool had_some = !waiting_.empty();
    const uint64_t urgent = urgent_attempt_;
    const auto woken = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return ending_ || waiting_.empty() == had_some || urgent_attempt_ != urgent;
    };
    mutex_.AwaitWithTimeout(absl::Condition(&woken), had_some
                                                         ? not_before_ - Clock::Real().Monotonic()
                                                         : absl::InfiniteDuration());
  }
  batch = std::exchange(waiting_, {});
  taken_ = saved_;
  ++attempts_;
  return !ending_;
}

std::string SqliteStore::Serialized(const Value& value) {
  if (const auto* host = std::get_if<v1::StoredHost>(&value)) return host->SerializeAsString();
  if (const auto* service = std::get_if<v1::StoredService>(&value)) {
    return service->SerializeAsString();
  }
  if (const auto* resource = std::get_if<v1::StoredResource>(&value)) {
    return resource->SerializeAsString();
  }
  if (const auto* certificate = std::get_if<v1::StoredCertificate>(&value)) {
    return certificate->SerializeAsString();
  }
  v1::StoredContainer record;
  if (const auto* container = std::get_if<ContainerRecord>(&value)) {
    record.set_host_id(container->host_id);
    *record.mutable_container() = *container->container;
  }
  return record.SerializeAsString();
}

absl::Status SqliteStore::Write(const Batch& batch) {
  absl::MutexLock lock(&database_mutex_);
  absl::Status status = database_->Begin();
  for (const auto& [key, value] : batch) {
    if (!status.ok()) break;
    status = std::holds_alternative<std::monostate>(value)
                 ? database_->Erase(key.first, key.second)
                 : database_->Put(key.first, key.second, Serialized(value));
  }
  if (status.ok()) status = database_->Commit();
  if (!status.ok()) database_->Rollback();
  return status;
}

void SqliteStore::Written(const absl::Status& status, Batch batch) {
  absl::MutexLock lock(&mutex_);
  const absl::Duration now = Clock::Real().Monotonic();
  if (status.ok()) {
    if (failures_ > 0) spdlog::info("the state is written to {} again", directory_->File(kFile));
    failures_ = 0;
    written_ = taken_;
    not_before_ = now + kBetweenWrites;
    health_ = absl::OkStatus();
    return;
  }
  // What was saved meanwhile is newer.
  waiting_.merge(batch);
  failed_attempt_ = attempts_;
  not_before_ = now + DelayAfter(++failures_);
  health_ = absl::Status(
      status.code(),
      absl::StrCat(status.message(), "; the server serves on, ", waiting_.size(),
                   " records wait in memory and are tried again: free or repair the disk"));
  if (failures_ == 1) spdlog::error("{}", std::string(health_.message()));
}

}  // namespace fairlead
