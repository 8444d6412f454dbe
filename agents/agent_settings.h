#pragma once

#include <string>
#include <vector>

#include "server/base/settings.h"
#include "server/base/tls.h"

namespace fairlead {

// What fairlead-agent is told by flags, variables and its file.
struct AgentSettings {
  std::vector<std::string> servers = {"127.0.0.1:18001"};
  std::string docker_host = "unix:///var/run/docker.sock";
  std::string host_id;
  std::string host_name;
  std::vector<std::string> advertise_addresses;
  std::string zone;
  TlsOptions tls;
  std::string log_level = "info";
  std::string log_format = "auto";
};

// As they are if nobody says anything: the docker host from `docker_host_variable` (DOCKER_HOST;
// may be null), the host's id from `hostname`.
AgentSettings DefaultAgentSettings(const char* docker_host_variable, const std::string& hostname);

// Declares all of them, with their help texts and checks.
void AddAgentSettings(Settings& settings, AgentSettings* values);

// The heads and examples of `fairlead-agent --help`.
Settings::Program AgentProgram();

}  // namespace fairlead
