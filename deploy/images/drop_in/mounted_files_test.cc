#include "deploy/images/drop_in/mounted_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MountedFilesTest : public testing::Test {
 protected:
  MountedFilesTest() : root_(absl::StrCat(testing::TempDir(), "/root.", getpid())) {
    std::filesystem::create_directories(root_);
  }
  ~MountedFilesTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << "x";
  }

  const std::string root_;
};

TEST_F(MountedFilesTest, NothingIsThere) { EXPECT_THAT(FindMountedFiles(root_), IsEmpty()); }

TEST_F(MountedFilesTest, DirectoriesAndFilesInTheTablesOrder) {
  Write("/app/nginx.tmpl");
  Write("/etc/nginx/vhost.d/shop.example");
  Write("/etc/nginx/vhost.d/default");
  Write("/etc/nginx/proxy.conf");
  Write("/etc/nginx/unknown");
  std::filesystem::create_directories(root_ + "/etc/nginx/conf.d");
  const auto found = FindMountedFiles(root_);
  ASSERT_EQ(found.size(), 3);
  EXPECT_EQ(found[0].path, "/etc/nginx/vhost.d");
  EXPECT_THAT(found[0].names, ElementsAre("default", "shop.example"));
  EXPECT_EQ(found[1].path, "/etc/nginx/proxy.conf");
  EXPECT_THAT(found[1].names, IsEmpty());
  EXPECT_EQ(found[2].path, "/app/nginx.tmpl");
}

TEST_F(MountedFilesTest, WhatNginxProxyWroteItselfDoesNotCount) {
  Write("/etc/nginx/conf.d/default.conf");
  EXPECT_THAT(FindMountedFiles(root_), IsEmpty());
  Write("/etc/nginx/conf.d/my.conf");
  ASSERT_EQ(FindMountedFiles(root_).size(), 1);
  EXPECT_THAT(FindMountedFiles(root_)[0].names, ElementsAre("my.conf"));
}

TEST_F(MountedFilesTest, NamesAreBounded) {
  for (int i = 0; i < 50; ++i) Write(absl::StrCat("/etc/nginx/vhost.d/", i));
  EXPECT_EQ(FindMountedFiles(root_)[0].names.size(), 20);
}

}  // namespace
}  // namespace fairlead
