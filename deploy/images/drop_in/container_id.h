#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// The engine's id (64 hexadecimal digits) of the container that a process stands in, out of
// `mountinfo`, the text of its /proc/self/mountinfo: the engine mounts /etc/hostname, /etc/hosts
// and /etc/resolv.conf from a directory that is named by the id, whatever the network mode and the
// version of cgroups. Nothing if there is no such mount: no container, or none of an engine that
// does so.
// Source: proc(5); Docker's and Podman's directories of containers.
std::optional<std::string> OwnContainerId(absl::string_view mountinfo);

}  // namespace fairlead
