#pragma once

#include <cstddef>

namespace fairlead {

// Bounds of static resources (docs/limits.md).
inline constexpr size_t kLongestScopeName = 1'024;        // bytes of a node id or group
inline constexpr size_t kLongestStaticName = 1'024;       // bytes of a resource's name
inline constexpr size_t kLongestGivenVersion = 256;       // bytes
inline constexpr size_t kMostScopes = 4'096;              // that have resources
inline constexpr size_t kMostStaticResources = 50'000;    // in all scopes
inline constexpr size_t kMostStaticReferences = 200'000;  // to others, in all scopes
inline constexpr size_t kMostStaticBytes = 64 << 20;      // of their messages, in all scopes

}  // namespace fairlead
