#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "clients/cli/age.h"
#include "clients/cli/cells.h"
#include "clients/cli/display_text.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

constexpr const char* kTypes[] = {"CDS", "EDS", "LDS", "RDS"};

// "-": it did not subscribe to the type. Of a proxy that waits nobody knows yet what it wants.
Cell SyncCell(const v1::Proxy& proxy, absl::string_view type) {
  for (const v1::TypeSync& sync : proxy.types()) {
    if (sync.type() != std::string(type)) continue;
    switch (sync.state()) {
      case v1::TypeSync::ACKED:
        return {"ACKED", Tone::kGood};
      case v1::TypeSync::NACKED:
        return {"NACKED", Tone::kBad};
      case v1::TypeSync::SENT:
      case v1::TypeSync::NOT_SENT:
        return {Words(v1::TypeSync::State_Name(sync.state())), Tone::kWarning};
      default:
        return {"UNKNOWN", Tone::kWarning};
    }
  }
  if (!proxy.waits_until().empty()) return {"WAITS", Tone::kWarning};
  return {"-", Tone::kFaint};
}

// The longest of its types; what a change takes to be taken up there.
std::string RoundTripCell(const v1::Proxy& proxy) {
  absl::Duration longest;
  for (const v1::TypeSync& sync : proxy.types()) {
    longest = std::max(longest, DurationOf(sync.last_round_trip()));
  }
  if (longest == absl::ZeroDuration()) return "";
  return absl::StrFormat("%.1fms", absl::ToDoubleMilliseconds(longest));
}

std::vector<Cell> Row(const v1::Proxy& proxy, const Look& look) {
  std::vector<Cell> row = {proxy.node_id(), proxy.group(), proxy.host()};
  for (const char* type : kTypes) row.push_back(SyncCell(proxy, type));
  row.push_back(proxy.user_agent());
  row.push_back(AgeCell(proxy.has_connected_at(), proxy.connected_at(), look.now, "<unknown>"));
  if (look.wide) {
    row.insert(row.end(), {proxy.variant(), proxy.peer(), ListCell(proxy.networks(), true),
                           RoundTripCell(proxy)});
  }
  return row;
}

std::string Refusals(const v1::Proxy& proxy) {
  std::string text;
  for (const v1::TypeSync& sync : proxy.types()) {
    if (sync.state() != v1::TypeSync::NACKED) continue;
    const std::string before =
        sync.acked_version().empty()
            ? "It has none of an earlier version"
            : absl::StrCat("It goes on with version ", Printable(sync.acked_version()));
    absl::StrAppend(&text, "\n", Printable(proxy.node_id()), " refused ", Printable(sync.type()),
                    " version ", Printable(sync.sent_version()), ": ", Printable(sync.error()),
                    "\n  ", before, ".\n");
  }
  return text;
}

const v1::TypeSync* Find(const v1::Proxy& proxy, absl::string_view type) {
  for (const v1::TypeSync& sync : proxy.types()) {
    if (sync.type() == std::string(type)) return &sync;
  }
  return nullptr;
}

// Why a type that was asked for was never sent; empty: that is not known.
std::string Wait(const v1::Proxy& proxy, const v1::TypeSync& sync) {
  if (sync.state() != v1::TypeSync::NOT_SENT) return "";
  const v1::TypeSync* clusters = Find(proxy, "CDS");
  const bool needs_clusters = sync.type() == "LDS" || sync.type() == "RDS";
  if (needs_clusters && clusters != nullptr && clusters->state() == v1::TypeSync::SENT) {
    return "it waits until the proxy has answered the CDS that it was sent";
  }
  if (sync.subscribed() == 0) return "";
  return sync.subscribed() == 1
             ? "the one that it asked for does not exist"
             : absl::StrCat("none of the ", sync.subscribed(), " that it asked for exists");
}

std::string Waits(const v1::Proxy& proxy) {
  if (!proxy.waits_until().empty()) {
    return absl::StrCat("\n", Printable(proxy.node_id()), " was sent nothing yet: it waits until ",
                        Printable(proxy.waits_until()), ".\n");
  }
  std::string text;
  for (const v1::TypeSync& sync : proxy.types()) {
    const std::string wait = Wait(proxy, sync);
    if (wait.empty()) continue;
    absl::StrAppend(&text, "\n", Printable(proxy.node_id()), " was sent no ",
                    Printable(sync.type()), " yet: ", wait, ".\n");
  }
  return text;
}

}  // namespace

std::string ProxiesText(const v1::ListProxiesResponse& response, const Look& look) {
  if (response.proxies().empty()) {
    return "No proxies: none is connected. 'fairlead bootstrap envoy --help' says how to start "
           "one.\n";
  }
  std::vector<std::string> heads = {"NODE", "GROUP", "HOST"};
  heads.insert(heads.end(), std::begin(kTypes), std::end(kTypes));
  heads.insert(heads.end(), {"CLIENT", "AGE"});
  if (look.wide) heads.insert(heads.end(), {"VARIANT", "PEER", "NETWORKS", "ROUND TRIP"});
  Table table(std::move(heads));
  std::string below;
  for (const v1::Proxy& proxy : response.proxies()) {
    table.Add(Row(proxy, look));
    absl::StrAppend(&below, Refusals(proxy), Waits(proxy));
  }
  return absl::StrCat(table.Text(look.colour), below);
}

}  // namespace fairlead
