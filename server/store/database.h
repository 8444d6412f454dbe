#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fairlead {

// What kind of thing a record is. Written to disk: never give a number a new meaning.
enum class RecordKind : int {
  kHost = 1,         // v1::StoredHost by host id
  kContainer = 2,    // v1::StoredContainer by "HOST/CONTAINER"
  kService = 3,      // v1::StoredService by name
  kResource = 4,     // v1::StoredResource by scope, type and name
  kCertificate = 5,  // v1::StoredCertificate by name
};

// Records in an SQLite file: one table, in which a record has a kind, a key, its bytes and a
// checksum over all of them. WAL with synchronous=FULL: what Commit said is durable survives a
// crash of the process, the machine or its power.
//
// Statuses: DATA_LOSS: the file is damaged; FAILED_PRECONDITION: it is not ours, or a newer
// version's; RESOURCE_EXHAUSTED: the disk is full; PERMISSION_DENIED: not readable or writable;
// UNAVAILABLE: an I/O error, or locked by another process. Each names the file.
//
// Not thread-safe.
class Database {
 public:
  // Opens or makes the file, and checks its structure (PRAGMA quick_check).
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path);

  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Gives all records, sorted by kind and key; `kind` may be one that this version does not know.
  // Ones whose checksum is wrong are left out and counted in what it yields.
  absl::StatusOr<int> ForEach(
      const std::function<void(int kind, const std::string& key, const std::string& value)>& take);

  // Writes belong between Begin and Commit. After an error of either, or of Put or Erase: Rollback.
  absl::Status Begin();
  absl::Status Put(RecordKind kind, const std::string& key, const std::string& value);
  absl::Status Erase(RecordKind kind, const std::string& key);
  absl::Status Commit();
  void Rollback();

 private:
  Database(std::string path, sqlite3* sqlite) : path_(std::move(path)), sqlite_(sqlite) {}

  absl::Status SetUp();
  absl::Status CheckVersion();
  absl::Status Execute(const std::string& sql);
  absl::StatusOr<std::string> Ask(const std::string& sql);
  absl::StatusOr<sqlite3_stmt*> Prepare(const std::string& sql);
  absl::Status Step(sqlite3_stmt* statement);
  absl::Status Error(absl::string_view doing) const;

  const std::string path_;
  sqlite3* const sqlite_;
  sqlite3_stmt* put_ = nullptr;
  sqlite3_stmt* erase_ = nullptr;
};

}  // namespace fairlead
