#pragma once

#include <set>
#include <string>

namespace fairlead {

// Adds to `directories` those in which something has to happen for `path` to lead somewhere else,
// or to a file with other content: the one in which each link on the way lies, and the one of the
// file at its end; where something on the way is not there, the directory in which it would be.
// `path` is absolute, or relative to the working directory. Reads the file system.
void AddLinkDirectories(const std::string& path, std::set<std::string>& directories);

}  // namespace fairlead
