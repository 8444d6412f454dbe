#include "deploy/images/drop_in/unprivileged_user.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fairlead {
namespace {

constexpr __u32 kBindMask = 1U << CAP_NET_BIND_SERVICE;

// The kernel's two words of capabilities; CAP_NET_BIND_SERVICE is in the first.
using Capabilities = __user_cap_data_struct[2];

bool GetCapabilities(Capabilities& capabilities) {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  return syscall(SYS_capget, &header, capabilities) == 0;
}

bool SetCapabilities(const Capabilities& capabilities) {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  return syscall(SYS_capset, &header, capabilities) == 0;
}

// What is not in the bounding set cannot be had by any exec. Without CAP_SETPCAP it stays as it is,
// which no_new_privs makes harmless.
void EmptyBoundingSet() {
  for (unsigned long capability = 0; capability < 64; ++capability) {
    if (capability != CAP_NET_BIND_SERVICE) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
}

}  // namespace

bool BecomeUnprivileged(const UnprivilegedUser& user) {
  Capabilities had = {};
  if (!GetCapabilities(had)) return false;
  const __u32 kept = had[0].permitted & kBindMask;
  EmptyBoundingSet();
  // Capabilities outlive the change of user until they are reduced below.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return false;
  // The system's calls and not the library's, which would look for other threads.
  if (syscall(SYS_setgroups, 0, nullptr) != 0) return false;
  if (syscall(SYS_setresgid, user.gid, user.gid, user.gid) != 0) return false;
  if (syscall(SYS_setresuid, user.uid, user.uid, user.uid) != 0) return false;
  Capabilities left = {};
  left[0].effective = left[0].permitted = left[0].inheritable = kept;
  if (!SetCapabilities(left)) return false;
  if (kept != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) != 0) {
    return false;
  }
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

UnprivilegedUser UserWhoIsNot(const char* path, uid_t wished) {
  struct stat found = {};
  if (stat(path, &found) != 0) return {wished, wished};
  while (wished == found.st_uid || wished == found.st_gid) ++wished;
  return {wished, wished};
}

}  // namespace fairlead
