#pragma once

#include <sys/types.h>

namespace fairlead {

// Whom a program runs as that faces the network.
struct UnprivilegedUser {
  uid_t uid = 0;
  gid_t gid = 0;
};

// Turns this process into one of `user`: no other group, no capability but CAP_NET_BIND_SERVICE,
// which also the programs have that it executes (so that it listens on ports below 1024; without it
// if this process has not got it), and none to be had again by set-user-id files. For a child
// between fork and exec: it calls the system alone. Needs CAP_SETUID and CAP_SETGID. True, or
// false with errno set: then this process is not to go on.
bool BecomeUnprivileged(const UnprivilegedUser& user);

// The ids for that user: `wished` for both, or the next ones that are neither the owner nor the
// group of the socket at `path`, whose mode may let those open it. `path` may name nothing.
UnprivilegedUser UserWhoIsNot(const char* path, uid_t wished);

}  // namespace fairlead
