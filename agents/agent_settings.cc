#include "agents/agent_settings.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/base/version.h"

namespace fairlead {
namespace {

absl::Status CheckServer(absl::string_view value) {
  const size_t colon = value.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(value.substr(colon + 1), &port) || port == 0 || port > 65535) {
    return absl::InvalidArgumentError(
        "write HOST:PORT, as in 10.0.0.5:18001 or [2001:db8::5]:18001");
  }
  return absl::OkStatus();
}

bool AllowedInHostId(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

absl::Status CheckHostId(absl::string_view value) {
  constexpr size_t kLongest = 253;
  if (value.empty() || value.size() > kLongest ||
      !std::all_of(value.begin(), value.end(), AllowedInHostId)) {
    return absl::InvalidArgumentError(
        "write at most 253 letters, digits, '.', '-' and '_', unique among the hosts");
  }
  return absl::OkStatus();
}

absl::Status CheckText(absl::string_view value) {
  constexpr size_t kLongest = 253;
  const auto control = [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); };
  if (value.size() > kLongest || std::any_of(value.begin(), value.end(), control)) {
    return absl::InvalidArgumentError("write at most 253 bytes without control characters");
  }
  return absl::OkStatus();
}

absl::Status CheckAddress(absl::string_view value) {
  in6_addr address;
  const std::string text(value);
  if (text.find('\0') != std::string::npos || (inet_pton(AF_INET, text.c_str(), &address) != 1 &&
                                               inet_pton(AF_INET6, text.c_str(), &address) != 1)) {
    return absl::InvalidArgumentError("write an IP address, as in 10.0.0.7");
  }
  return absl::OkStatus();
}

void AddHostSettings(Settings& settings, AgentSettings* values) {
  settings.Section("This host");
  settings.Add(
      "host-id", "ID",
      "The host's identity. A second agent with the same one is refused as long as the first "
      "is connected.",
      &values->host_id, CheckHostId);
  settings.Add("host-name", "NAME", "What people call the host. Default: its id.",
               &values->host_name, CheckText);
  settings.Add(
      "advertise-address", "IP",
      "An address at which other machines reach the ports that containers publish here; may "
      "be given several times. Default: the one that the server sees the agent come from.",
      &values->advertise_addresses, CheckAddress);
  settings.Add("zone", "ZONE",
               "Where the host stands. Proxies of the same zone prefer its containers.",
               &values->zone, CheckText);
}

}  // namespace

Settings::Program AgentProgram() {
  return {
      .name = "fairlead-agent",
      .version = kVersion,
      .description =
          "Reads what containers a Docker (or Podman) engine runs, and reports it to "
          "fairlead-server.\n"
          "It only ever reads: GET requests, and of each container's environment only the "
          "variables\n"
          "of the routing vocabulary (VIRTUAL_HOST and its like).",
      .epilogue =
          "Examples:\n"
          "  fairlead-agent\n"
          "      This machine's engine, to a server on this machine.\n"
          "  fairlead-agent --server 10.0.0.5:18001,10.0.0.6:18001 --host-id web1 \\\n"
          "      --tls-cert agent.pem --tls-key agent.key --tls-ca ca.pem\n"
          "      To whichever of two servers answers, each side knowing the other.\n"
          "  fairlead-agent --docker-host unix:///run/user/1000/podman/podman.sock\n"
          "      Rootless Podman.\n"
          "  DOCKER_HOST=tcp://10.0.0.9:2376 DOCKER_CERT_PATH=~/.docker DOCKER_TLS_VERIFY=1 \\\n"
          "      fairlead-agent --host-id nine --advertise-address 10.0.0.9\n"
          "      Another machine's engine, with the variables that Docker's own client reads.\n"
          "\nIt ends with 0 when it is told to (SIGTERM, SIGINT), 1 on an error, 2 on a wrong flag "
          "or file.\n"};
}

AgentSettings DefaultAgentSettings(const char* docker_host_variable, const std::string& hostname) {
  AgentSettings values;
  if (docker_host_variable != nullptr && *docker_host_variable != '\0') {
    values.docker_host = docker_host_variable;
  }
  values.host_id = hostname;
  std::replace_if(
      values.host_id.begin(), values.host_id.end(), [](char c) { return !AllowedInHostId(c); },
      '-');
  return values;
}

void AddAgentSettings(Settings& settings, AgentSettings* values) {
  settings.Section("Server");
  settings.Add("server", "HOST:PORT[,HOST:PORT...]",
               "The servers to report to: one at a time, the next one when it does not answer.",
               &values->servers, CheckServer);
  AddTlsSettings(settings, &values->tls);
  settings.Section("Engine");
  settings.Add(
      "docker-host", "URL",
      "The engine: unix:///PATH or tcp://HOST:PORT. With TCP, DOCKER_CERT_PATH names the "
      "directory with ca.pem, cert.pem and key.pem, and DOCKER_TLS_VERIFY=1 has the engine's "
      "certificate checked. The variable DOCKER_HOST is the default.",
      &values->docker_host);
  AddHostSettings(settings, values);
  settings.Section("Log");
  settings.Add("log-level", "LEVEL", "trace, debug, info, warn, error or off.", &values->log_level);
  settings.Add("log-format", "FORMAT",
               "text, json (one object a line), or auto: text on a terminal, else json.",
               &values->log_format);
}

}  // namespace fairlead
