#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/cells.h"
#include "clients/cli/display_text.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

Cell StopCell(const std::string& stop) { return {stop, Tone::kBad}; }

std::string HeadOf(const v1::ContainerExplained& explained, const Look& look) {
  std::string text = Printable(absl::StrCat(
      "container ", explained.name(), " (", explained.id().substr(0, 12), ") on host ",
      explained.host_id(), ", service ", explained.service(), ": ", explained.state()));
  if (!explained.has_stop()) {
    return absl::StrCat(text, "\n  ",
                        Toned("nothing keeps requests from it", Tone::kGood, look.colour), "\n");
  }
  absl::StrAppend(&text, "\n  ", Toned("STOPPED", Tone::kBad, look.colour), "  ",
                  Printable(explained.stop().what()), "\n");
  if (explained.stop().cure().empty()) return text;
  return absl::StrCat(text, "  cure: ", Printable(explained.stop().cure()), "\n");
}

std::string WordsText(const v1::ContainerExplained& explained, const Look& look) {
  if (explained.words().empty()) return "\nIt has no variable or label that asks for anything.\n";
  Table table({"WORD", "VALUE", "WHAT WAS MADE OF IT"});
  for (const v1::WordExplained& word : explained.words()) {
    table.Add({word.word(), word.value(),
               Cell(word.made(), word.is_wrong() ? Tone::kBad : Tone::kPlain)});
  }
  return absl::StrCat("\n", table.Text(look.colour));
}

Cell HealthInCluster(const v1::RouteExplained& route) {
  if (!route.has_endpoint()) return {"-", Tone::kWarning};
  const v1::Endpoint::Health health = route.endpoint().health();
  return {v1::Endpoint::Health_Name(health),
          health == v1::Endpoint::HEALTHY ? Tone::kGood : Tone::kBad};
}

std::string RoutesText(const v1::ContainerExplained& explained, const Look& look) {
  if (explained.routes().empty()) return "";
  Table table({"ROUTE", "PORT", "CLUSTER", "HEALTH", "ROUTES", "STOPPED BY"});
  for (const v1::RouteExplained& route : explained.routes()) {
    table.Add({absl::StrCat(route.host(), route.path()), absl::StrCat(route.port()),
               route.cluster(), HealthInCluster(route),
               absl::StrJoin(route.route_configurations(), ","), StopCell(route.stop())});
  }
  return absl::StrCat("\n", table.Text(look.colour));
}

// "CDS ACKED", with the name where it is not the cluster's.
std::string HeldText(const v1::ProxyExplained& proxy) {
  return absl::StrJoin(
      proxy.held(), ", ", [&](std::string* text, const v1::ProxyExplained::Held& held) {
        const bool is_sent = held.state() != v1::SentResource::STATE_UNSPECIFIED;
        absl::StrAppend(text, held.type(),
                        held.name() == proxy.cluster() ? "" : absl::StrCat(" ", held.name()), " ",
                        is_sent ? v1::SentResource::State_Name(held.state()) : "NOT SENT",
                        is_sent && !held.is_current() ? " (an older one)" : "");
      });
}

std::string ProxiesAskingText(const v1::ContainerExplained& explained, const Look& look) {
  if (explained.proxies().empty()) return "";
  Table table({"PROXY", "CLUSTER", "ADDRESS", "FROM", "TOOK UP", "STOPPED BY"});
  for (const v1::ProxyExplained& proxy : explained.proxies()) {
    table.Add({proxy.node_id(), proxy.cluster(), proxy.address(), proxy.from(), HeldText(proxy),
               StopCell(proxy.stop())});
  }
  return absl::StrCat("\n", table.Text(look.colour));
}

}  // namespace

std::string ContainerExplainedText(const v1::ContainerExplained& explained, const Look& look) {
  return absl::StrCat(HeadOf(explained, look), WordsText(explained, look),
                      RoutesText(explained, look), ProxiesAskingText(explained, look),
                      ProblemsBelow(explained.problems(), look));
}

}  // namespace fairlead
