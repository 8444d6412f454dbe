#include "absl/strings/str_cat.h"
#include "clients/cli/cells.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

std::vector<Cell> Row(const v1::Service& service, const Look& look) {
  // Without a healthy endpoint its requests are answered by 503.
  const Cell healthy(absl::StrCat(service.healthy()),
                     service.healthy() == 0 ? Tone::kBad : Tone::kGood);
  std::vector<Cell> row = {
      service.name(),
      ListCell(service.routes(), look.wide),
      healthy,
      CountCell(service.unhealthy(), Tone::kBad),
      CountCell(service.draining(), Tone::kWarning),
      CountCell(service.starting(), Tone::kWarning),
      RateCell(service.requests(), service.requests_per_second()),
      CountCell(service.errors(), Tone::kBad),
      ListCell(service.hosts(), look.wide),
  };
  if (look.wide) row.push_back(ListCell(service.clusters(), true));
  return row;
}

}  // namespace

std::string ServicesText(const v1::ListServicesResponse& response, const Look& look) {
  std::string below;
  if (response.self_preservation()) {
    below =
        "\nSelf-preservation: too many hosts fell silent at once, so the server keeps everything "
        "as it was.\nSee 'fairlead hosts', and the network between the hosts and the server.\n";
  }
  if (response.services().empty()) {
    return absl::StrCat(
        "No services: no container asks to be routed. Start one with VIRTUAL_HOST or the label "
        "fairlead.host.\n",
        below);
  }
  std::vector<std::string> heads = {"NAME",     "ROUTES", "HEALTHY", "UNHEALTHY", "DRAINING",
                                    "STARTING", "REQ/S",  "ERRORS",  "HOSTS"};
  if (look.wide) heads.push_back("CLUSTERS");
  Table table(std::move(heads));
  for (const v1::Service& service : response.services()) table.Add(Row(service, look));
  return absl::StrCat(table.Text(look.colour), below);
}

}  // namespace fairlead
