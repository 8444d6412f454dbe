#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/cells.h"
#include "clients/cli/display_text.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

Tone ToneOf(const v1::RequestExplained& explained) {
  switch (explained.outcome()) {
    case v1::RequestExplained::FORWARDED:
      return Tone::kGood;
    case v1::RequestExplained::ANSWERED:
      return explained.status() < 400 ? Tone::kGood : Tone::kBad;
    case v1::RequestExplained::NO_CONNECTION:
      return Tone::kBad;
    default:
      return Tone::kWarning;
  }
}

std::string StepsText(const v1::RequestExplained& explained, const Look& look) {
  if (explained.steps().empty()) return "";
  Table table({"STEP", "WHAT", "WHY"});
  for (const v1::ExplainedStep& step : explained.steps()) {
    table.Add({step.kind(), step.name(), step.why()});
  }
  return absl::StrCat("\n", table.Text(look.colour));
}

std::string AddressesOf(const v1::EndpointAsked& endpoint) {
  return absl::StrJoin(endpoint.reached(), "; ",
                       [](std::string* text, const v1::EndpointAsked::Reach& reach) {
                         absl::StrAppend(text, reach.address().empty() ? "none" : reach.address(),
                                         " from ", absl::StrJoin(reach.proxies(), ","));
                       });
}

Cell EndpointHealthCell(v1::Endpoint::Health health) {
  return {v1::Endpoint::Health_Name(health),
          health == v1::Endpoint::HEALTHY ? Tone::kGood : Tone::kWarning};
}

std::string EndpointsAskedText(const v1::RequestExplained& explained, const Look& look) {
  if (explained.clusters().empty()) return "";
  Table table({"CLUSTER", "CONTAINER", "HOST", "HEALTH", "ADDRESS", "REASON"});
  bool any = false;
  for (const v1::ClusterAsked& cluster : explained.clusters()) {
    for (const v1::EndpointAsked& endpoint : cluster.endpoints()) {
      any = true;
      table.Add({cluster.name(), endpoint.container_name(), endpoint.host_id(),
                 EndpointHealthCell(endpoint.health()), AddressesOf(endpoint), endpoint.reason()});
    }
  }
  return any ? absl::StrCat("\n", table.Text(look.colour)) : "\nNo container is behind it.\n";
}

std::string ListBelow(const char* head, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string text = absl::StrCat("\n", head, ":\n");
  for (const std::string& line : lines) absl::StrAppend(&text, "  ", Printable(line), "\n");
  return text;
}

std::string RequestText(const v1::RequestExplained& explained, const Look& look) {
  std::vector<std::string> headers;
  for (const v1::HttpHeader& header : explained.response_headers()) {
    headers.push_back(absl::StrCat(header.name(), ": ", header.value()));
  }
  std::string text =
      absl::StrCat(Printable(absl::StrCat(explained.method(), " ", explained.url())), "\n  ",
                   Toned(Printable(explained.summary()), ToneOf(explained), look.colour), "\n",
                   StepsText(explained, look), EndpointsAskedText(explained, look),
                   ListBelow("The answer also has", headers),
                   ListBelow("Not evaluated, since only a running proxy knows it",
                             {explained.unknown().begin(), explained.unknown().end()}));
  if (explained.proxies().empty()) {
    absl::StrAppend(&text, "\nNo such proxy is connected: this is what one would be sent.\n");
  }
  return text;
}

}  // namespace

std::string ExplainText(const v1::ExplainResponse& response, const Look& look) {
  return response.has_container() ? ContainerExplainedText(response.container(), look)
                                  : RequestText(response.request(), look);
}

}  // namespace fairlead
