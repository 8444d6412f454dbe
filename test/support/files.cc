#include "test/support/files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

std::string InRunfiles(absl::string_view path) {
  const char* root = std::getenv("TEST_SRCDIR");
  return absl::StrCat(root == nullptr ? "." : root, "/fairlead/", path);
}

bool Read(const std::string& path, std::string* content) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  *content = text.str();
  return file.good();
}

}  // namespace

std::string TestFile(absl::string_view path) {
  std::string content;
  EXPECT_TRUE(Read(InRunfiles(path), &content)) << path << " is not among the test's data";
  return content;
}

std::vector<std::string> TestFiles(absl::string_view directory) {
  std::vector<std::string> paths;
  const std::string root = InRunfiles("");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(InRunfiles(directory))) {
    if (entry.is_directory()) continue;
    paths.push_back(entry.path().string().substr(root.size()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void ExpectGolden(absl::string_view path, absl::string_view text) {
  if (const char* tree = std::getenv("FAIRLEAD_GOLDEN")) {
    const std::filesystem::path golden = absl::StrCat(tree, "/", path);
    std::filesystem::create_directories(golden.parent_path());
    std::ofstream(golden) << text;
    return;
  }
  std::string expected;
  EXPECT_TRUE(Read(InRunfiles(path), &expected)) << path << " is not there";
  EXPECT_EQ(std::string(text), expected) << "differs from " << path;
}

}  // namespace fairlead
