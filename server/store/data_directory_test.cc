#include "server/store/data_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

std::string Fresh(const std::string& name) {
  return absl::StrCat(testing::TempDir(), "/", name, "-", getpid());
}

TEST(DataDirectory, IsMadeWhereItIsAbsent) {
  const std::string path = Fresh("made") + "/a/b";
  const auto directory = DataDirectory::Open(path);
  ASSERT_TRUE(directory.ok()) << directory.status();
  struct stat made;
  ASSERT_EQ(stat(path.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777, 0700u);
  EXPECT_EQ((*directory)->File("fairlead.db"), path + "/fairlead.db");
}

TEST(DataDirectory, BelongsToOneProcessAtATime) {
  const std::string path = Fresh("locked");
  {
    const auto first = DataDirectory::Open(path);
    ASSERT_TRUE(first.ok());
    const auto second = DataDirectory::Open(path);
    EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(second.status().message()), HasSubstr("another process uses"));
  }
  EXPECT_TRUE(DataDirectory::Open(path).ok());
}

TEST(DataDirectory, WhatCannotBeMadeIsNamedWithTheFlag) {
  const std::string file = Fresh("file");
  std::ofstream(file) << "not a directory";
  for (const std::string& path : {file, file + "/below", std::string("/proc/nowhere")}) {
    const auto directory = DataDirectory::Open(path);
    ASSERT_FALSE(directory.ok());
    EXPECT_THAT(std::string(directory.status().message()), HasSubstr(path));
    EXPECT_THAT(std::string(directory.status().message()), HasSubstr("--data-dir"));
  }
}

TEST(NetworkFileSystem, IsKnownByItsType) {
  for (const unsigned long type : {0x6969ul, 0xFF534D42ul, 0xFE534D42ul, 0x517Bul, 0x00C36400ul}) {
    EXPECT_TRUE(IsNetworkFileSystem(type)) << type;
  }
  // ext4, tmpfs, overlayfs, XFS, btrfs
  for (const unsigned long type :
       {0xEF53ul, 0x01021994ul, 0x794C7630ul, 0x58465342ul, 0x9123683Eul}) {
    EXPECT_FALSE(IsNetworkFileSystem(type)) << type;
  }
  // f_type is signed on some machines.
  EXPECT_TRUE(IsNetworkFileSystem(static_cast<unsigned long>(static_cast<int>(0xFF534D42))));
}

}  // namespace
}  // namespace fairlead
