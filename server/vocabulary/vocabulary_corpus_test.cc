#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fairlead {
namespace {

TEST(Vocabulary, TakesTheWholeCorpus) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("server/vocabulary/corpus")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
    ++files;
  }
  EXPECT_GE(files, 6);
}

}  // namespace
}  // namespace fairlead
