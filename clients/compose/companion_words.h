#pragma once

#include "absl/strings/string_view.h"

namespace fairlead {

// A variable that acme-companion reads, of a container that it gets certificates for or its own.
struct CompanionWord {
  absl::string_view name;
  absl::string_view old_name;  // the one that letsencrypt-nginx-proxy-companion had; or empty
  absl::string_view what;      // what acme-companion makes of it
  // What the drop-in image cannot do that would have to follow from it; empty: nothing.
  absl::string_view missing = {};
  absl::string_view instead = {};
};

// By either name, of a container that acme-companion gets a certificate for; null: it is none.
const CompanionWord* FindContainersCompanionWord(absl::string_view name);

// The same of acme-companion's own container, which says with the words of the others what holds
// where they say nothing.
const CompanionWord* FindCompanionsOwnWord(absl::string_view name);

}  // namespace fairlead
