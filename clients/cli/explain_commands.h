#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clients/cli/flags.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// What `fairlead explain` is told.
struct ExplainArguments {
  std::vector<std::string> what;  // containers and URLs
  std::string method;
  std::vector<std::string> headers;  // "NAME: VALUE"
  std::string group;
  std::string node;
  int64_t port = 0;
  std::string client;
};

// Adds --method, --header, --group, --node, --port and --client. The variables of these flags begin
// with FAIRLEAD_EXPLAIN_.
void AddExplainFlags(Flags& flags, ExplainArguments* arguments);

// INVALID_ARGUMENT says what is missing.
absl::Status CheckExplain(const ExplainArguments& arguments);

// One for each container and URL, in their order.
std::vector<v1::ExplainRequest> ExplainRequestsOf(const ExplainArguments& arguments);

}  // namespace fairlead
