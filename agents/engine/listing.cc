#include "agents/engine/listing.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agents/engine/json.h"

namespace fairlead {
namespace {

constexpr char kContainers[] = "GET /containers/json";
constexpr char kNetworks[] = "GET /networks";
// Podman lists its default network as "bridge", as Docker's is called, and calls it "podman" in
// inspections. Its id is always the SHA-256 of that name.
constexpr char kPodmanDefaultId[] =
    "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9";

// Status is prose with a running time ("Up 3 minutes (healthy)"); only the word in brackets is a
// fact.
std::string HealthIn(const std::string& status) {
  const size_t bracket = status.find('(');
  return bracket == std::string::npos || absl::StartsWith(status, "Exited")
             ? std::string()
             : status.substr(bracket);
}

size_t Fingerprint(const nlohmann::json& row) {
  std::vector<std::string> facts = {absl::StrCat("state ", Text(row, {"State"})),
                                    absl::StrCat("health ", HealthIn(Text(row, {"Status"})))};
  for (const nlohmann::json& name : Array(row, {"Names"})) {
    if (name.is_string()) facts.push_back(absl::StrCat("name ", name.get<std::string>()));
  }
  for (const nlohmann::json& port : Array(row, {"Ports"})) {
    facts.push_back(absl::StrCat("port ", Text(port, {"IP"}), " ", Number(port, {"PrivatePort"}),
                                 " ", Number(port, {"PublicPort"}), " ", Text(port, {"Type"})));
  }
  for (const auto& [name, network] : Object(row, {"NetworkSettings", "Networks"}).items()) {
    facts.push_back(absl::StrCat("network ", name, " ", Text(network, {"NetworkID"}), " ",
                                 Text(network, {"IPAddress"}), " ",
                                 Text(network, {"GlobalIPv6Address"})));
  }
  std::sort(facts.begin(), facts.end());  // engines give ports in any order
  return absl::HashOf(facts);
}

}  // namespace

absl::StatusOr<std::vector<ListedContainer>> ParseContainerList(absl::string_view json) {
  std::vector<ListedContainer> rows;
  const absl::Status read = ForEachItem(json, kContainers, [&rows](absl::string_view item) {
    const absl::StatusOr<nlohmann::json> row = ParseJsonWithout("Labels", item, kContainers);
    if (!row.ok()) return row.status();
    std::string id = Text(*row, {"Id"});
    if (id.empty()) {
      return absl::DataLossError(absl::StrCat(kContainers, ": a container has no Id"));
    }
    rows.push_back({std::move(id), Text(*row, {"State"}), Fingerprint(*row)});
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return rows;
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseNetworkDrivers(
    absl::string_view json) {
  std::vector<std::pair<std::string, std::string>> drivers;
  const absl::Status read = ForEachItem(json, kNetworks, [&drivers](absl::string_view item) {
    const absl::StatusOr<nlohmann::json> network = ParseJson(item, kNetworks);
    if (!network.ok()) return network.status();
    const std::string driver = Text(*network, {"Driver"});
    const std::string id = Text(*network, {"Id"});
    drivers.emplace_back(id, driver);
    drivers.emplace_back(id == kPodmanDefaultId ? "podman" : Text(*network, {"Name"}), driver);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return drivers;
}

}  // namespace fairlead
