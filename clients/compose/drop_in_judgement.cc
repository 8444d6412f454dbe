#include "clients/compose/drop_in_judgement.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agents/engine/engine_url.h"
#include "deploy/images/drop_in/mounted_files.h"
#include "server/base/log.h"
#include "server/vocabulary/domain_settings.h"
#include "server/vocabulary/host.h"
#include "server/vocabulary/said.h"

namespace fairlead {
namespace {

using Finding = v1::ImportFinding;

constexpr char kEnds[] = ", so the container ends at its start";

// Below these nginx, its templates and docker-gen look for files; elsewhere nothing does.
constexpr std::array<absl::string_view, 4> kNginxsFolders = {"/etc/nginx", "/app",
                                                             "/usr/share/nginx", "/var/log/nginx"};

absl::StatusOr<DropInSettings> Read(const std::map<std::string, std::string>& variables,
                                    const std::vector<MountedFile>& mounted,
                                    const std::string& asked_for, bool& is_known) {
  return ReadDropInSettings(
      [&](const char* name) -> const char* {
        is_known = is_known || asked_for == name;
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
      },
      mounted);
}

Judgement Refused(const std::string& name, const std::string& value, std::string instead) {
  return {Finding::NOT_SUPPORTED, absl::StrCat(name, "=", Quoted(value), " is refused", kEnds),
          std::move(instead)};
}

// Handed on as they are to server and agent, which have the last word on them.
std::optional<Judgement> HandedOn(const std::string& name, const std::string& value) {
  Problems problems;
  if (name == "DOCKER_HOST") {
    const auto url = ParseEngineUrl(value, "", "");
    if (url.ok()) return std::nullopt;
    return Refused(name, value, std::string(url.status().message()));
  }
  if (name == "DEFAULT_HOST") {
    if (CheckHost(value, {name, value}, Place(), problems).has_value()) return std::nullopt;
    return Refused(name, value,
                   "write a host of one of the containers, as in DEFAULT_HOST=shop.example");
  }
  // The server's settings of these names are read as a container's words are.
  v1::Container proxy;
  (*proxy.mutable_environment())[name] = value;
  ParseDomainSettings(proxy, Place(), problems);
  if (problems.empty()) return std::nullopt;
  return Refused(name, value, problems.front().cure);
}

}  // namespace

Judgement JudgeVariable(const std::string& name, const std::string& value,
                        const std::map<std::string, std::string>& all) {
  if (value.empty()) return {Finding::SAME, "empty, so it counts as not set", ""};
  bool is_known = false;
  auto settings = Read({{name, value}}, {}, name, is_known);
  if (!settings.ok() && JudgeVariables(all).ok()) settings = Read(all, {}, name, is_known);
  if (!settings.ok()) {
    return {Finding::NOT_SUPPORTED,
            absl::StrCat("the container ends at its start: ", settings.status().message()), ""};
  }
  if (absl::StartsWith(name, "FAIRLEAD_")) return {Finding::SAME, "a setting of Fairlead's", ""};
  if (!is_known) return {Finding::SAME, "no variable of nginx-proxy's: nothing reads it", ""};
  for (const DropInNote& note : settings->notes) {
    if (note.about != name) continue;
    return {note.warning ? Finding::NOT_SUPPORTED : Finding::SAME, note.text, ""};
  }
  const std::optional<Judgement> handed_on = HandedOn(name, value);
  return handed_on.value_or(Judgement{Finding::SAME, "honoured", ""});
}

absl::Status JudgeVariables(const std::map<std::string, std::string>& variables) {
  bool unused = false;
  return Read(variables, {}, "", unused).status();
}

std::vector<DropInNote> NotesWithoutVariables() {
  bool unused = false;
  const auto settings = Read({}, {}, "", unused);
  return settings.ok() ? settings->notes : std::vector<DropInNote>();
}

Judgement JudgeFile(const std::string& path, const std::vector<std::string>& names) {
  bool unused = false;
  const auto settings = Read({}, {{path, names}}, "", unused);
  if (!settings.ok()) {
    return {Finding::NOT_SUPPORTED, std::string(settings.status().message()), ""};
  }
  for (const DropInNote& note : settings->notes) {
    if (note.about == path) return {Finding::NOT_SUPPORTED, note.text, ""};
  }
  const bool is_given = std::any_of(
      settings->server_arguments.begin(), settings->server_arguments.end(),
      [&path](const std::string& argument) { return absl::EndsWith(argument, "=" + path); });
  const std::vector<std::string> known = MountedPaths();
  if (is_given || std::find(known.begin(), known.end(), path) != known.end()) {
    return {Finding::SAME, "read", ""};
  }
  const bool is_nginxs =
      std::any_of(kNginxsFolders.begin(), kNginxsFolders.end(), [&path](absl::string_view folder) {
        return path == folder || absl::StartsWith(path, absl::StrCat(folder, "/"));
      });
  if (!is_nginxs) return {Finding::SAME, "nothing of nginx-proxy's: nothing reads it", ""};
  return {
      Finding::DIFFERENT,
      absl::StartsWith(path, "/var/log/nginx") ? "no log is written to files" : "nothing reads it",
      absl::StartsWith(path, "/var/log/nginx") ? "docker logs has the log of each request" : ""};
}

}  // namespace fairlead
