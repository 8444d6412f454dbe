#include "agents/engine/listing.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

constexpr char kContainers[] = "GET /containers/json";
constexpr size_t kLargestRow = 1 << 20;
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

// Docker and Podman write the id first.
std::string IdAtTheBeginning(absl::string_view row) {
  for (const absl::string_view word : {"{", "\"Id\"", ":", "\""}) {
    row = absl::StripLeadingAsciiWhitespace(row);
    if (!absl::ConsumePrefix(&row, word)) return "";
  }
  const size_t end = row.find('"');
  return end == absl::string_view::npos ? "" : std::string(row.substr(0, end));
}

}  // namespace

ContainerList::ContainerList()
    : items_(kContainers, kLargestRow,
             [this](absl::string_view text, bool whole) { return TakeRow(text, whole); }) {}

absl::Status ContainerList::TakeRow(absl::string_view text, bool whole) {
  ListedContainer listed;
  if (whole) {
    const absl::StatusOr<nlohmann::json> row = ParseJsonWithout("Labels", text, kContainers);
    if (!row.ok()) return row.status();
    listed = {Text(*row, {"Id"}), Text(*row, {"State"}), Fingerprint(*row)};
  } else {
    listed.id = IdAtTheBeginning(text);
  }
  if (listed.id.empty()) {
    return absl::DataLossError(absl::StrCat(kContainers, ": a container has no Id"));
  }
  rows_.push_back(std::move(listed));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ListedContainer>> ContainerList::End() {
  const absl::Status ended = items_.End();
  if (!ended.ok()) return ended;
  return std::move(rows_);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseNetworkDrivers(
    absl::string_view json) {
  std::vector<std::pair<std::string, std::string>> drivers;
  JsonItems items(kNetworks, kLargestRow, [&drivers](absl::string_view text, bool) {
    const absl::StatusOr<nlohmann::json> network = ParseJsonWithout("Labels", text, kNetworks);
    if (!network.ok()) return network.status();
    const std::string driver = Text(*network, {"Driver"});
    const std::string id = Text(*network, {"Id"});
    drivers.emplace_back(id, driver);
    drivers.emplace_back(id == kPodmanDefaultId ? "podman" : Text(*network, {"Name"}), driver);
    return absl::OkStatus();
  });
  absl::Status read = items.Take(json);
  if (read.ok()) read = items.End();
  if (!read.ok()) return read;
  return drivers;
}

}  // namespace fairlead
