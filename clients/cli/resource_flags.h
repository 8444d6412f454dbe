#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cli/flags.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// What `fairlead resources` and `fairlead proxy-config` are told.
struct ResourceArguments {
  std::string node;
  std::string group;
  bool all = false;
  std::string version;
  bool replace = false;
  std::string file;                // "-": the standard input
  std::string type;                // as the command line has it; empty: all
  std::vector<std::string> names;  // none: all
};

// Adds --node, --group and --all. The variables of these flags begin with FAIRLEAD_RESOURCES_.
void AddScopeFlags(Flags& flags, ResourceArguments* arguments);
// Adds --version, --replace and --file.
void AddPutFlags(Flags& flags, ResourceArguments* arguments);

// After the flags are taken: INVALID_ARGUMENT says what is missing, wrong or does not go together.
absl::Status CheckPut(const ResourceArguments& arguments);
absl::Status CheckDelete(const ResourceArguments& arguments);
absl::Status CheckList(const ResourceArguments& arguments);
absl::Status CheckGet(const ResourceArguments& arguments);
absl::Status CheckProxyConfig(const ResourceArguments& arguments);

// Of arguments that were found right; not set if there is none.
v1::ResourceScope ScopeIn(const ResourceArguments& arguments);

// "CDS" for "clusters", "cluster", "CDS", "cds" or the type URL; for other types alike.
// INVALID_ARGUMENT: no such type; the message lists them.
absl::StatusOr<std::string> ResourceTypeOf(absl::string_view word);

}  // namespace fairlead
