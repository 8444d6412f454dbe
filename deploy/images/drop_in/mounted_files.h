#pragma once

#include <string>
#include <vector>

namespace fairlead {

// Something that lies where nginx-proxy's container looks for it.
struct MountedFile {
  std::string path;                // as in the table of docs/drop-in.md, such as /etc/nginx/vhost.d
  std::vector<std::string> names;  // of the files in it, sorted, 20 at most; of a file: none
};

// The paths of the table, in its order.
std::vector<std::string> MountedPaths();

// Which of those are below `root` ("" in a container), in the table's order. An empty directory is
// not there, and a file that nginx-proxy itself writes is not counted.
std::vector<MountedFile> FindMountedFiles(const std::string& root);

}  // namespace fairlead
