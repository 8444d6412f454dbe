#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "deploy/images/drop_in/mounted_files.h"

namespace fairlead {

// A line for the log about something that was asked for.
struct DropInNote {
  bool warning = false;  // else it is for information
  std::string text;      // what, what follows, and what to do instead
  std::string about;     // the variable or the path
};

// What the environment of nginx-proxy's container comes to here.
struct DropInSettings {
  std::string docker_host;            // as DOCKER_HOST is written
  std::string certificate_directory;  // DOCKER_CERT_PATH; empty: none
  std::string tls_verify;             // DOCKER_TLS_VERIFY
  std::string host_id;                // of this Docker host, for agent and proxy
  std::vector<std::string> networks;  // given by hand (FAIRLEAD_NETWORKS); empty: to be found out
  uint16_t http_port = 80;
  uint16_t https_port = 443;
  // Where the status page is served (FAIRLEAD_HTTP_LISTEN), at loopback in any case.
  std::string status_listen;
  uint16_t status_port = 18080;
  std::vector<std::string> server_arguments;  // without the program
  std::vector<std::string> agent_arguments;
  std::vector<DropInNote> notes;  // in the order of the variables' table, then of the files'
};

// Reads every variable that nginx-proxy reads (docs/drop-in.md has the table), and what was mounted
// where nginx looks for it. `variables` looks one up as getenv does. What is not supported is a
// note, unless its value is what happens here anyway. INVALID_ARGUMENT for a value that no proxy
// could start with; it names the variable.
absl::StatusOr<DropInSettings> ReadDropInSettings(
    const std::function<const char*(const char*)>& variables,
    const std::vector<MountedFile>& mounted);

// Of `arguments`, as a program is started with them ("--http3", "--hsts=off"), those that also have
// a variable of ours (FAIRLEAD_HTTP3) with another value: a flag wins, so that it has no effect. A
// note each.
std::vector<DropInNote> OverruledVariables(const std::function<const char*(const char*)>& variables,
                                           const std::vector<std::string>& arguments);

}  // namespace fairlead
