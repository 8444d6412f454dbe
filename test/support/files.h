#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fairlead {

// The content of a file of the source tree that the test has among its `data`. `path` is from the
// root of the tree. Fails the test if it is not there.
std::string TestFile(absl::string_view path);

// The paths of those files below `directory`, sorted.
std::vector<std::string> TestFiles(absl::string_view directory);

// Expects that the golden file `path` has the content `text`. With
// FAIRLEAD_GOLDEN=/path/to/the/tree in the environment (bazel test --test_env=FAIRLEAD_GOLDEN=$PWD
// --spawn_strategy=local TARGET) it is written instead: look at the difference before it is
// committed.
void ExpectGolden(absl::string_view path, absl::string_view text);

}  // namespace fairlead
