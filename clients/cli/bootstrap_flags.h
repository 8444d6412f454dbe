#pragma once

#include "absl/status/status.h"
#include "clients/cli/bootstrap.h"
#include "clients/cli/flags.h"

namespace fairlead {

// Adds the flags that say what `bootstrap` says; `envoy` with those that only Envoy has. The
// variables of the TLS flags begin with FAIRLEAD_PROXY_: the operator's own certificate, which
// FAIRLEAD_TLS_CERT may name, must not become the proxy's.
void AddBootstrapFlags(Flags& flags, bool envoy, Bootstrap* bootstrap);

// After the flags are taken: INVALID_ARGUMENT if something is missing or does not go together.
absl::Status CheckBootstrap(const Bootstrap& bootstrap);

}  // namespace fairlead
