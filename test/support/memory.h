#pragma once

#include <cstddef>

namespace fairlead {

// Memory of this process that is in use now, in bytes (proc(5), /proc/self/statm). Zero under a
// sanitizer, which holds freed memory back: there growth means nothing.
size_t ResidentBytes();

}  // namespace fairlead
