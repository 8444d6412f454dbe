// Feeds the samples of real engines to the fuzz target: whole, cut, and with single bytes changed.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "test/support/files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fairlead {
namespace {

void Feed(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

TEST(ParseSamples, CutAndBent) {
  constexpr char kBytes[] = {'{', '}', '[', ']', '"', ',', ':', '\\', '\n', '0', '-', '\x80', '\0'};
  std::mt19937 random(3);  // the same each time
  for (const std::string& sample : TestFiles("test/samples")) {
    const std::string text = TestFile(sample);
    Feed(text);
    for (int i = 0; i < 8; ++i) {
      Feed(text.substr(0, random() % (text.size() + 1)));
      std::string bent = text;
      bent[random() % bent.size()] = kBytes[random() % sizeof(kBytes)];
      Feed(bent);
    }
  }
}

}  // namespace
}  // namespace fairlead
