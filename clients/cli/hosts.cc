#include "absl/strings/str_cat.h"
#include "clients/cli/cells.h"
#include "clients/cli/display_text.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

Cell StateCell(v1::Host::State state) {
  switch (state) {
    case v1::Host::CONNECTED:
      return {"CONNECTED", Tone::kGood};
    case v1::Host::STALE:
    case v1::Host::DISCONNECTED:
      return {v1::Host::State_Name(state), Tone::kWarning};
    case v1::Host::SILENT:
    case v1::Host::KEPT:
      return {v1::Host::State_Name(state), Tone::kBad};
    default:
      return {"UNKNOWN", Tone::kWarning};
  }
}

std::vector<Cell> Row(const v1::Host& host, const Look& look) {
  std::vector<Cell> row = {
      host.id(),
      StateCell(host.state()),
      ListCell(host.addresses(), look.wide),
      absl::StrCat(host.containers()),
      absl::StrCat(host.running()),
      host.engine_error().empty() ? Cell(host.engine_version()) : Cell("LOST", Tone::kBad),
      AgeCell(host.has_last_heard(), host.last_heard(), look.now, "<never>"),
  };
  if (!look.wide) return row;
  row.insert(row.end(), {host.name(), host.zone(), host.agent_version(), host.engine_api_version(),
                         absl::StrCat(host.sequence())});
  return row;
}

}  // namespace

std::string HostsText(const v1::ListHostsResponse& response, const Look& look) {
  if (response.hosts().empty()) {
    return "No hosts: no agent has reported yet. Start fairlead-agent on each Docker host.\n";
  }
  std::vector<std::string> heads = {"ID",      "STATE",  "ADDRESSES", "CONTAINERS",
                                    "RUNNING", "ENGINE", "HEARD"};
  if (look.wide) heads.insert(heads.end(), {"NAME", "ZONE", "AGENT", "API", "SEQUENCE"});
  Table table(std::move(heads));
  std::string below;
  for (const v1::Host& host : response.hosts()) {
    table.Add(Row(host, look));
    if (host.engine_error().empty()) continue;
    absl::StrAppend(&below, "\n", Printable(host.id()),
                    " has lost its engine: ", Printable(host.engine_error()),
                    "\n  What it reported before stands.\n");
  }
  return absl::StrCat(table.Text(look.colour), below);
}

}  // namespace fairlead
