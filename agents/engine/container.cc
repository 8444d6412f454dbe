#include "agents/engine/container.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agents/engine/json.h"
#include "agents/engine/ports.h"
#include "agents/engine/signal_number.h"
#include "server/base/log.h"
#include "server/vocabulary/words.h"

namespace fairlead {
namespace {

constexpr size_t kIdLength = 64;
constexpr size_t kMostLabels = 1000;
constexpr size_t kLongestText = 64 << 10;
constexpr size_t kMostNetworks = 256;
constexpr size_t kLargestFacts = 1 << 20;

absl::Status Refused(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status TakeLabels(const nlohmann::json& root, v1::Container& container) {
  const nlohmann::json& labels = Object(root, {"Config", "Labels"});
  if (labels.size() > kMostLabels) {
    return Refused(absl::StrCat("it has ", labels.size(), " labels; the most is ", kMostLabels));
  }
  for (const auto& [name, value] : labels.items()) {
    if (!value.is_string()) continue;
    const std::string& text = value.get_ref<const std::string&>();
    if (name.size() + text.size() > kLongestText) {
      return Refused(absl::StrCat("its label '", Quoted(name), "' has ", text.size(),
                                  " bytes; the most is ", kLongestText));
    }
    (*container.mutable_labels())[name] = text;
  }
  return absl::OkStatus();
}

absl::Status TakeEnvironment(const nlohmann::json& root, v1::Container& container) {
  for (const nlohmann::json& item : Array(root, {"Config", "Env"})) {
    if (!item.is_string()) continue;
    const absl::string_view variable = item.get_ref<const std::string&>();
    const size_t equals = variable.find('=');
    if (equals == absl::string_view::npos) continue;
    const absl::string_view name = variable.substr(0, equals);
    if (std::find(kEnvironmentNames.begin(), kEnvironmentNames.end(), name) ==
        kEnvironmentNames.end()) {
      continue;
    }
    if (variable.size() > kLongestText) {
      return Refused(absl::StrCat("its variable ", name, " has ", variable.size(),
                                  " bytes; the most is ", kLongestText));
    }
    (*container.mutable_environment())[std::string(name)] =
        std::string(variable.substr(equals + 1));
  }
  return absl::OkStatus();
}

bool HasNetworksOfItsOwn(absl::string_view mode) {
  return mode != "host" && mode != "none" && !absl::StartsWith(mode, "container:");
}

absl::Status TakeNetworks(const nlohmann::json& root, v1::Container& container) {
  if (!HasNetworksOfItsOwn(container.network_mode())) return absl::OkStatus();
  const nlohmann::json& networks = Object(root, {"NetworkSettings", "Networks"});
  if (networks.size() > kMostNetworks) {
    return Refused(
        absl::StrCat("it is in ", networks.size(), " networks; the most is ", kMostNetworks));
  }
  for (const auto& [name, network] : networks.items()) {  // sorted by name, as every JSON object
    v1::NetworkAttachment& attachment = *container.add_networks();
    attachment.set_name(name);
    attachment.set_id(Text(network, {"NetworkID"}));
    attachment.set_ipv4(Text(network, {"IPAddress"}));
    attachment.set_ipv6(Text(network, {"GlobalIPv6Address"}));
    if (!attachment.ipv4().empty() && !IsIpAddress(attachment.ipv4())) {
      return Refused(absl::StrCat("its address '", Quoted(attachment.ipv4()), "' in network '",
                                  Quoted(name), "' is not an IP address"));
    }
    if (!attachment.ipv6().empty() && !IsIpAddress(attachment.ipv6())) {
      return Refused(absl::StrCat("its address '", Quoted(attachment.ipv6()), "' in network '",
                                  Quoted(name), "' is not an IP address"));
    }
  }
  return absl::OkStatus();
}

// Podman has words of its own beside Docker's.
absl::StatusOr<v1::Container::State> StateOf(absl::string_view word) {
  static const auto& states = *new std::map<absl::string_view, v1::Container::State>{
      {"created", v1::Container::CREATED},       {"configured", v1::Container::CREATED},
      {"initialized", v1::Container::CREATED},   {"running", v1::Container::RUNNING},
      {"stopping", v1::Container::RUNNING},      {"paused", v1::Container::PAUSED},
      {"restarting", v1::Container::RESTARTING}, {"exited", v1::Container::EXITED},
      {"stopped", v1::Container::EXITED},        {"dead", v1::Container::DEAD},
      {"removing", v1::Container::REMOVING}};
  const auto found = states.find(word);
  if (found == states.end()) {
    return Refused(absl::StrCat("its state '", Quoted(word), "' is unknown"));
  }
  return found->second;
}

v1::Container::Health HealthOf(absl::string_view word) {
  if (word == "starting") return v1::Container::STARTING;
  if (word == "healthy") return v1::Container::HEALTHY;
  if (word == "unhealthy") return v1::Container::UNHEALTHY;
  return v1::Container::NO_CHECK;  // absent, "none", or Podman's ""
}

// "0001-01-01T00:00:00Z" is Go's word for never.
bool TakeTime(const std::string& text, google::protobuf::Timestamp* time) {
  google::protobuf::Timestamp parsed;
  if (text.empty() || absl::StartsWith(text, "0001-")) return false;
  if (!google::protobuf::util::TimeUtil::FromString(text, &parsed)) return false;
  *time = std::move(parsed);
  return true;
}

absl::Status TakeState(const nlohmann::json& root, v1::Container& container) {
  const std::string word = Text(root, {"State", "Status"});
  const absl::StatusOr<v1::Container::State> state = StateOf(word);
  if (!state.ok()) return state.status();
  container.set_state(*state);
  container.set_stopping(word == "stopping");
  container.set_health(HealthOf(Text(root, {"State", "Health", "Status"})));
  google::protobuf::Timestamp time;
  if (TakeTime(Text(root, {"State", "StartedAt"}), &time)) {
    *container.mutable_started_at() = time;
  }
  if (TakeTime(Text(root, {"Created"}), &time)) *container.mutable_created_at() = time;
  return absl::OkStatus();
}

absl::Status TakeIdentity(const nlohmann::json& root, v1::Container& container) {
  const std::string id = Text(root, {"Id"});
  if (id.size() != kIdLength ||
      !std::all_of(id.begin(), id.end(), [](char c) { return absl::ascii_isxdigit(c); })) {
    return Refused(absl::StrCat("its id '", Quoted(id), "' is not one of 64 hexadecimal digits"));
  }
  container.set_id(id);
  const std::string name = Text(root, {"Name"});
  container.set_name(std::string(absl::StripPrefix(name, "/")));
  container.set_image(Text(root, {"Config", "Image"}));
  container.set_network_mode(Text(root, {"HostConfig", "NetworkMode"}));
  return absl::OkStatus();
}

void TakeStop(const nlohmann::json& root, InspectedContainer& inspection) {
  if (const auto signal = SignalNumber(Text(root, {"Config", "StopSignal"}))) {
    inspection.stop_signal = *signal;
  }
  // Podman says 0 for its default.
  const int64_t seconds = Number(root, {"Config", "StopTimeout"});
  constexpr int64_t kLongest = 24 * 60 * 60;
  if (seconds > 0) inspection.stop_timeout = absl::Seconds(std::min(seconds, kLongest));
}

}  // namespace

absl::StatusOr<InspectedContainer> ParseInspection(absl::string_view json) {
  const absl::StatusOr<nlohmann::json> root = ParseJson(json, "GET /containers/ID/json");
  if (!root.ok()) return root.status();
  InspectedContainer inspection;
  v1::Container& container = inspection.container;
  for (const auto take :
       {&TakeIdentity, &TakeLabels, &TakeEnvironment, &TakeNetworks, &TakePorts, &TakeState}) {
    const absl::Status taken = take(*root, container);
    if (!taken.ok()) return taken;
  }
  TakeStop(*root, inspection);
  inspection.image_id = Text(*root, {"Image"});
  if (container.ByteSizeLong() > kLargestFacts) {
    return Refused(absl::StrCat("its facts have ", container.ByteSizeLong(), " bytes; the most is ",
                                kLargestFacts));
  }
  return inspection;
}

}  // namespace fairlead
