#pragma once

#include <istream>
#include <string>

#include "absl/status/statusor.h"
#include "clients/admin/admin_client.h"
#include "clients/cli/command_line.h"
#include "clients/cli/listings.h"

namespace fairlead {

// One command of `fairlead resources` or `fairlead proxy-config`, found right by ParseCommandLine.
struct ResourceCall {
  const Request& request;
  AdminClient& client;
  std::istream& input;
  Look look;
};

// What is printed. The errors are AdminClient's, and those of the file, which say which file, line
// and resource, and what to write.
absl::StatusOr<std::string> RunPut(const ResourceCall& call);
absl::StatusOr<std::string> RunDelete(const ResourceCall& call);
absl::StatusOr<std::string> RunList(const ResourceCall& call);
absl::StatusOr<std::string> RunGet(const ResourceCall& call);
absl::StatusOr<std::string> RunProxyConfig(const ResourceCall& call);

}  // namespace fairlead
