#include "server/store/database.h"

#include <sqlite3.h>
#include <xxhash.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

constexpr int kApplicationId = 0x464C5244;  // "FLRD": what file(1) and we know the file by
constexpr int kVersion = 1;

constexpr char kTable[] =
    "CREATE TABLE IF NOT EXISTS records ("
    "kind INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, checksum INTEGER NOT NULL, "
    "PRIMARY KEY (kind, key)) WITHOUT ROWID";

int64_t Checksum(int kind, absl::string_view key, absl::string_view value) {
  XXH64_hash_t hash = XXH3_64bits_withSeed(key.data(), key.size(), static_cast<uint64_t>(kind));
  hash = XXH3_64bits_withSeed(value.data(), value.size(), hash);
  return static_cast<int64_t>(hash);
}

absl::StatusCode CodeOf(int result) {
  if (result == SQLITE_IOERR_SHORT_READ) return absl::StatusCode::kDataLoss;
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

std::string ColumnBytes(sqlite3_stmt* statement, int column) {
  const void* bytes = sqlite3_column_blob(statement, column);
  const int size = sqlite3_column_bytes(statement, column);
  return bytes == nullptr ? std::string()
                          : std::string(static_cast<const char*>(bytes), static_cast<size_t>(size));
}

void BindKey(sqlite3_stmt* statement, RecordKind kind, const std::string& key) {
  sqlite3_bind_int(statement, 1, static_cast<int>(kind));
  sqlite3_bind_text(statement, 2, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  sqlite3* sqlite = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &sqlite, flags, nullptr);
  std::unique_ptr<Database> database(new Database(path, sqlite));
  if (result != SQLITE_OK) return database->Error("open");
  sqlite3_busy_timeout(sqlite, 1000);
  const absl::Status status = database->SetUp();
  if (!status.ok()) return status;
  return database;
}

Database::~Database() {
  sqlite3_finalize(put_);
  sqlite3_finalize(erase_);
  sqlite3_close(sqlite_);
}

absl::Status Database::SetUp() {
  absl::Status status = CheckVersion();
  if (!status.ok()) return status;
  const absl::StatusOr<std::string> check = Ask("PRAGMA quick_check(1)");
  if (!check.ok()) return check.status();
  if (*check != "ok") {
    return absl::DataLossError(absl::StrCat("the file ", path_, " is damaged: ", *check));
  }
  for (const std::string& sql :
       {std::string("PRAGMA journal_mode=WAL"), std::string("PRAGMA synchronous=FULL"),
        std::string("PRAGMA journal_size_limit=4194304"), std::string(kTable),
        absl::StrCat("PRAGMA application_id=", kApplicationId),
        absl::StrCat("PRAGMA user_version=", kVersion)}) {
    status = Execute(sql);
    if (!status.ok()) return status;
  }
  const auto put = Prepare("INSERT OR REPLACE INTO records VALUES (?1, ?2, ?3, ?4)");
  if (!put.ok()) return put.status();
  put_ = *put;
  const auto erase = Prepare("DELETE FROM records WHERE kind = ?1 AND key = ?2");
  if (!erase.ok()) return erase.status();
  erase_ = *erase;
  return absl::OkStatus();
}

absl::Status Database::CheckVersion() {
  const absl::StatusOr<std::string> application = Ask("PRAGMA application_id");
  if (!application.ok()) return application.status();
  const absl::StatusOr<std::string> version = Ask("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const absl::StatusOr<std::string> tables = Ask("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  if (*tables != "0" && *application != absl::StrCat(kApplicationId)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the file ", path_,
                     " is a database, but not one of Fairlead's; move it away, or name another "
                     "directory with --data-dir"));
  }
  if (*version != "0" && *version != absl::StrCat(kVersion)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the file ", path_, " has version ", *version, ", and this server knows version ", kVersion,
        "; use the server that wrote it, or a newer one, or another directory (--data-dir)"));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Database::ForEach(
    const std::function<void(int kind, const std::string& key, const std::string& value)>& take) {
  const auto select = Prepare("SELECT kind, key, value, checksum FROM records ORDER BY kind, key");
  if (!select.ok()) return select.status();
  int left_out = 0;
  int result = sqlite3_step(*select);
  for (; result == SQLITE_ROW; result = sqlite3_step(*select)) {
    const int kind = sqlite3_column_int(*select, 0);
    const std::string key = ColumnBytes(*select, 1);
    const std::string value = ColumnBytes(*select, 2);
    if (sqlite3_column_int64(*select, 3) == Checksum(kind, key, value)) {
      take(kind, key, value);
    } else {
      ++left_out;
    }
  }
  const absl::Status status = result == SQLITE_DONE ? absl::OkStatus() : Error("read");
  sqlite3_finalize(*select);
  if (!status.ok()) return status;
  return left_out;
}

absl::Status Database::Begin() { return Execute("BEGIN IMMEDIATE"); }

absl::Status Database::Put(RecordKind kind, const std::string& key, const std::string& value) {
  BindKey(put_, kind, key);
  sqlite3_bind_blob(put_, 3, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  sqlite3_bind_int64(put_, 4, Checksum(static_cast<int>(kind), key, value));
  return Step(put_);
}

absl::Status Database::Erase(RecordKind kind, const std::string& key) {
  BindKey(erase_, kind, key);
  return Step(erase_);
}

absl::Status Database::Commit() { return Execute("COMMIT"); }

void Database::Rollback() {
  // After some errors SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(sqlite_) == 0) {
    sqlite3_exec(sqlite_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

absl::Status Database::Execute(const std::string& sql) {
  const int result = sqlite3_exec(sqlite_, sql.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? absl::OkStatus() : Error("write");
}

absl::StatusOr<std::string> Database::Ask(const std::string& sql) {
  const auto statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  const int result = sqlite3_step(*statement);
  const std::string answer = result == SQLITE_ROW ? ColumnBytes(*statement, 0) : "";
  const absl::Status status = result == SQLITE_ROW ? absl::OkStatus() : Error("read");
  sqlite3_finalize(*statement);
  if (!status.ok()) return status;
  return answer;
}

absl::StatusOr<sqlite3_stmt*> Database::Prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v2(sqlite_, sql.c_str(), -1, &statement, nullptr);
  if (result != SQLITE_OK) return Error("read");
  return statement;
}

absl::Status Database::Step(sqlite3_stmt* statement) {
  const int result = sqlite3_step(statement);
  const absl::Status status = result == SQLITE_DONE ? absl::OkStatus() : Error("write");
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return status;
}

absl::Status Database::Error(absl::string_view doing) const {
  const int result = sqlite_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(sqlite_);
  const char* const why = sqlite_ == nullptr ? "out of memory" : sqlite3_errmsg(sqlite_);
  return absl::Status(CodeOf(result), absl::StrCat("cannot ", doing, " the file ", path_, ": ", why,
                                                   " (SQLite ", result, ")"));
}

}  // namespace fairlead
