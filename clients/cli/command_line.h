#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/admin/admin_client.h"
#include "clients/cli/bootstrap.h"
#include "clients/cli/certificate_commands.h"
#include "clients/cli/compose_commands.h"
#include "clients/cli/explain_commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/resource_flags.h"

namespace fairlead {

// What the command line asks for.
struct Request {
  enum class Command {
    kText,  // only to print `text`: help, or the version
    kHosts,
    kServices,
    kEndpoints,
    kProxies,
    kProblems,
    kWatch,
    kExplain,
    kBootstrapEnvoy,
    kBootstrapGrpc,
    kResourcesPut,
    kResourcesDelete,
    kResourcesList,
    kResourcesGet,
    kProxyConfig,
    kCertificates,
    kCertificatesPut,
    kCertificatesDelete,
    kCheck,
    kImport,
  };
  enum class Output { kTable, kWide, kJson, kYaml };

  Command command = Command::kText;
  std::string text;
  AdminClient::Options connection;
  bool no_colour = false;
  Output output = Output::kTable;
  std::string name;  // a service or cluster; empty: all
  // A watch ends after so long, or after so many events (0: no end by count).
  absl::Duration watch_for = absl::InfiniteDuration();
  int64_t watch_count = 0;
  Bootstrap bootstrap;
  ResourceArguments resources;
  CertificateArguments certificates;
  ComposeArguments compose;
  ExplainArguments explain;
};

// Reads the arguments (without the program's name) and the variables. INVALID_ARGUMENT names the
// flag, the variable or the word that is wrong, and the nearest right one; its second line says
// which help to ask for.
absl::StatusOr<Request> ParseCommandLine(const std::vector<std::string>& arguments,
                                         const Flags::Variables& variables);

}  // namespace fairlead
