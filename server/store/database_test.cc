#include "server/store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

std::string Fresh(const std::string& name) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name, "-", getpid(), ".db");
  for (const char* suffix : {"", "-wal", "-shm"}) unlink(absl::StrCat(path, suffix).c_str());
  return path;
}

void Sql(const std::string& path, const std::string& sql) {
  sqlite3* sqlite = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &sqlite), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(sqlite, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(sqlite);
}

void Write(const std::string& path, const std::map<std::string, std::string>& records) {
  auto database = Database::Open(path);
  ASSERT_TRUE(database.ok()) << database.status();
  ASSERT_TRUE((*database)->Begin().ok());
  for (const auto& [key, value] : records) {
    ASSERT_TRUE((*database)->Put(RecordKind::kContainer, key, value).ok());
  }
  ASSERT_TRUE((*database)->Commit().ok());
}

TEST(Database, GivesBackWhatWasPutInOrder) {
  const std::string path = Fresh("order");
  Write(path, {{"b", "2"}, {"a", std::string("1\0x", 3)}});
  auto database = Database::Open(path);
  ASSERT_TRUE(database.ok());
  std::vector<std::string> read;
  const auto left_out =
      (*database)->ForEach([&](int kind, const std::string& key, const std::string& value) {
        read.push_back(absl::StrCat(kind, key, value.size()));
      });
  EXPECT_EQ(left_out.value(), 0);
  EXPECT_THAT(read, testing::ElementsAre("2a3", "2b1"));
}

TEST(Database, RollbackUndoes) {
  auto database = Database::Open(Fresh("rollback"));
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE((*database)->Begin().ok());
  ASSERT_TRUE((*database)->Put(RecordKind::kHost, "a", "1").ok());
  (*database)->Rollback();
  (*database)->Rollback();
  int records = 0;
  ASSERT_TRUE(
      (*database)->ForEach([&](int, const std::string&, const std::string&) { ++records; }).ok());
  EXPECT_EQ(records, 0);
}

TEST(Database, IsWalWithFullSync) {
  const std::string path = Fresh("wal");
  Write(path, {{"a", "1"}});
  sqlite3* sqlite = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &sqlite), SQLITE_OK);
  std::string mode;
  sqlite3_exec(
      sqlite, "PRAGMA journal_mode",
      [](void* out, int, char** values, char**) {
        *static_cast<std::string*>(out) = values[0];
        return 0;
      },
      &mode, nullptr);
  sqlite3_close(sqlite);
  EXPECT_EQ(mode, "wal");
}

TEST(Database, ANewerVersionIsRefused) {
  const std::string path = Fresh("newer");
  Write(path, {{"a", "1"}});
  Sql(path, "PRAGMA user_version=2");
  const auto database = Database::Open(path);
  EXPECT_EQ(database.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(database.status().message()), HasSubstr("has version 2"));
}

TEST(Database, OneThatIsNotOursIsRefused) {
  const std::string path = Fresh("foreign");
  Sql(path, "CREATE TABLE photos (name TEXT)");
  const auto database = Database::Open(path);
  EXPECT_EQ(database.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(database.status().message()), HasSubstr("not one of Fairlead's"));
}

TEST(Database, WhatIsNoDatabaseIsDamaged) {
  const std::string path = Fresh("text");
  std::ofstream(path) << std::string(4096, 'x');
  EXPECT_EQ(Database::Open(path).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Database, ARecordWithAWrongChecksumIsLeftOut) {
  const std::string path = Fresh("checksum");
  Write(path, {{"a", "1"}, {"b", "2"}});
  Sql(path, "UPDATE records SET value = x'33' WHERE key = 'a'");
  auto database = Database::Open(path);
  ASSERT_TRUE(database.ok());
  std::string keys;
  const auto left_out =
      (*database)->ForEach([&](int, const std::string& key, const std::string&) { keys += key; });
  EXPECT_EQ(left_out.value(), 1);
  EXPECT_EQ(keys, "b");
}

// Bits that flip and ends that are cut are noticed: what is read is what was written, or nothing.
TEST(Database, DamageNeverGivesWrongRecords) {
  const std::string path = Fresh("whole");
  std::map<std::string, std::string> records;
  for (int i = 0; i < 300; ++i) records[absl::StrCat("key-", i)] = std::string(100, 'a' + i % 26);
  Write(path, records);
  std::ifstream file(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  ASSERT_GT(whole.size(), 30000u);

  const std::string damaged = Fresh("damaged");
  std::mt19937 random(1);
  int noticed = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    if (round % 3 == 0) {
      bytes.resize(random() % bytes.size());
    } else {
      for (int flip = 0; flip < 5; ++flip) bytes[random() % bytes.size()] ^= 1 << random() % 8;
    }
    Fresh("damaged");
    std::ofstream(damaged, std::ios::binary) << bytes;
    auto database = Database::Open(damaged);
    if (!database.ok()) {
      ++noticed;
      continue;
    }
    const auto left_out =
        (*database)->ForEach([&](int, const std::string& key, const std::string& value) {
          EXPECT_EQ(records.at(key), value);
        });
    if (!left_out.ok() || *left_out > 0) ++noticed;
  }
  EXPECT_GT(noticed, 200);
}

}  // namespace
}  // namespace fairlead
