#include "test/support/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace fairlead {

size_t ResidentBytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(_GLIBCXX_TSAN)
  return 0;
#else
  std::ifstream file("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  file >> total >> resident;
  EXPECT_TRUE(file.good()) << "cannot read /proc/self/statm";
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
#endif
}

}  // namespace fairlead
