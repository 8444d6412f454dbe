// Whatever the operator calls things: a name that is taken stands in the bootstraps as it is, and
// ends nothing there. Lines of WORD=VALUE.
//   test/fuzz clients/cli:bootstrap_fuzz
#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "clients/cli/address.h"
#include "clients/cli/bootstrap.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

Bootstrap BootstrapOf(absl::string_view text) {
  Bootstrap bootstrap;
  bootstrap.xds = {"127.0.0.1", 18000, true};
  bootstrap.node_id = "edge";
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::pair<std::string, std::string> said = absl::StrSplit(line, absl::MaxSplits('=', 1));
    const auto& [word, value] = said;
    if (word == "xds") {
      const auto address = ParseHostPort(value);
      if (!address.ok()) continue;
      Require(!address->host.empty() && address->port > 0);
      bootstrap.xds = *address;
    }
    if (!CheckName(value).ok()) continue;
    if (word == "node") bootstrap.node_id = value;
    if (word == "group") bootstrap.group = value;
    if (word == "host") bootstrap.host = value;
    if (word == "network") bootstrap.networks.push_back(value);
    if (word == "zone") bootstrap.zone = value;
    if (word == "tls") bootstrap.tls = {value, value, value};
  }
  return bootstrap;
}

void CheckEnvoy(const Bootstrap& bootstrap) {
  const YAML::Node root = YAML::Load(EnvoyBootstrap(bootstrap));
  Require(root["node"]["id"].as<std::string>() == bootstrap.node_id);
  if (bootstrap.host.empty() && bootstrap.networks.empty()) return;
  const YAML::Node place = root["node"]["metadata"]["fairlead"];
  if (!bootstrap.host.empty()) Require(place["host"].as<std::string>() == bootstrap.host);
  for (size_t i = 0; i < bootstrap.networks.size(); ++i) {
    Require(place["networks"][i].as<std::string>() == bootstrap.networks[i]);
  }
}

void CheckGrpc(const Bootstrap& bootstrap) {
  const auto root = nlohmann::json::parse(GrpcBootstrap(bootstrap));
  Require(root["node"]["id"] == bootstrap.node_id);
  Require(root["xds_servers"].size() == 1);
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fairlead::Bootstrap bootstrap =
      fairlead::BootstrapOf(absl::string_view(reinterpret_cast<const char*>(data), size));
  fairlead::CheckEnvoy(bootstrap);
  fairlead::CheckGrpc(bootstrap);
  return 0;
}
