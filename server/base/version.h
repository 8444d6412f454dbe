#pragma once

namespace fairlead {

// Of this source tree, the same for all binaries. Semantic versioning.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace fairlead
