#include "agents/engine/event.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agents/engine/json.h"
#include "agents/engine/signal_number.h"
#include "server/base/log.h"

namespace fairlead {

const char kEventFilters[] =
    R"({"type":["container","network"],)"
    R"("event":["create","start","restart","die","stop","kill","pause","unpause","oom","rename",)"
    R"("destroy","remove","health_status","connect","disconnect","update"]})";

namespace {

using Kind = Event::Kind;

std::optional<Kind> KindOfContainerEvent(absl::string_view action) {
  static const auto& kinds = *new std::map<absl::string_view, Kind>{
      {"create", Kind::kCreated},  {"start", Kind::kStarted},   {"restart", Kind::kStarted},
      {"unpause", Kind::kStarted}, {"die", Kind::kEnded},       {"stop", Kind::kEnded},
      {"kill", Kind::kKilled},     {"destroy", Kind::kRemoved}, {"remove", Kind::kRemoved},
      {"pause", Kind::kChanged},   {"oom", Kind::kChanged},     {"rename", Kind::kChanged},
      {"update", Kind::kChanged}};
  // "health_status: healthy"; some versions of Podman leave the second word out.
  if (absl::StartsWith(action, "health_status")) return Kind::kChanged;
  const auto found = kinds.find(action);
  return found == kinds.end() ? std::nullopt : std::optional<Kind>(found->second);
}

std::optional<Event> NetworkEvent(const nlohmann::json& root, const std::string& action) {
  Event event;
  event.network_id = Text(root, {"Actor", "ID"});
  event.network_driver = Text(root, {"Actor", "Attributes", "type"});
  if (action == "create") {
    event.kind = Kind::kNetworkCreated;
    return event;
  }
  if (action != "connect" && action != "disconnect") return std::nullopt;
  event.kind = Kind::kNetwork;
  event.container_id = Text(root, {"Actor", "Attributes", "container"});
  // Podman's actor is the container, and it does not say which network it was.
  if (event.container_id.empty()) std::swap(event.container_id, event.network_id);
  return event;
}

std::optional<Event> ContainerEvent(const nlohmann::json& root, const std::string& action) {
  const std::optional<Kind> kind = KindOfContainerEvent(action);
  if (!kind.has_value()) return std::nullopt;
  Event event;
  event.kind = *kind;
  event.container_id = Text(root, {"Actor", "ID"});
  if (event.kind == Kind::kKilled) {
    event.signal =
        SignalNumber(Text(root, {"Actor", "Attributes", "signal"})).value_or(event.signal);
  }
  return event;
}

}  // namespace

absl::StatusOr<std::optional<Event>> ParseEvent(absl::string_view line) {
  const absl::StatusOr<nlohmann::json> root = ParseJson(line, "GET /events");
  if (!root.ok()) return root.status();
  const std::string type = Text(*root, {"Type"});
  const std::string action = Text(*root, {"Action"});
  if (type.empty() || action.empty() || Text(*root, {"Actor", "ID"}).empty()) {
    return absl::DataLossError(
        absl::StrCat("GET /events: an event lacks Type, Action or Actor.ID: '", Quoted(line), "'"));
  }
  std::optional<Event> event = type == "network"     ? NetworkEvent(*root, action)
                               : type == "container" ? ContainerEvent(*root, action)
                                                     : std::nullopt;
  if (event.has_value()) event->time_nano = Number(*root, {"timeNano"});
  return event;
}

}  // namespace fairlead
