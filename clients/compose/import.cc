#include "clients/compose/import.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "clients/compose/forecast.h"
#include "deploy/images/drop_in/drop_in_settings.h"
#include "deploy/images/drop_in/mounted_files.h"
#include "server/vocabulary/domain_settings.h"
#include "server/vocabulary/words.h"

namespace fairlead {
namespace {

using Finding = v1::ImportFinding;

constexpr char kImage[] = "fairlead-drop-in";
constexpr char kSocket[] = "/tmp/docker.sock";
constexpr char kNginxProxyLabels[] = "com.github.nginx-proxy.nginx-proxy.";
constexpr char kCompanionLabels[] = "com.github.jrcs.letsencrypt_nginx_proxy_companion.";

bool HasLabelWith(const ComposeService& service, absl::string_view prefix) {
  return std::any_of(service.labels.begin(), service.labels.end(),
                     [prefix](const auto& label) { return absl::StartsWith(label.first, prefix); });
}

bool Mounts(const ComposeService& service, absl::string_view target) {
  return std::any_of(service.mounts.begin(), service.mounts.end(),
                     [target](const ComposeMount& mount) { return mount.target == target; });
}

absl::string_view ImageName(absl::string_view image) {
  image = image.substr(0, image.find('@'));
  const size_t slash = image.rfind('/');
  if (slash != absl::string_view::npos) image.remove_prefix(slash + 1);
  return image.substr(0, image.find(':'));
}

ProxyRole RoleOf(const ComposeService& service, bool has_generator) {
  if (!service.image.has_value()) return ProxyRole::kNone;
  const ProxyRole role = RoleOfImage(service.image->text);
  const bool is_nginx =
      has_generator && ImageName(service.image->text) == "nginx" &&
      (HasLabelWith(service, kNginxProxyLabels) || HasLabelWith(service, kCompanionLabels) ||
       Mounts(service, "/etc/nginx/conf.d"));
  return role == ProxyRole::kNone && is_nginx ? ProxyRole::kNginx : role;
}

// Whether `path` lies below `folder`.
bool IsBelow(absl::string_view path, absl::string_view folder) {
  return absl::StartsWith(path, absl::StrCat(folder, "/"));
}

// What the drop-in image makes of one variable.
struct Judgement {
  Finding::Kind kind = Finding::SAME;
  std::string what;
};

// Asks the drop-in image's own code, and remembers which variables it knows.
class DropIn {
 public:
  Judgement OfVariable(const std::string& name, const std::string& value) const {
    if (value.empty()) return {Finding::SAME, "empty, so it counts as not set"};
    bool is_known = false;
    const auto settings = Read({{name, value}}, {}, name, is_known);
    if (!settings.ok()) return {Finding::NOT_SUPPORTED, std::string(settings.status().message())};
    for (const DropInNote& note : settings->notes) {
      if (note.about != name) continue;
      return {note.warning ? Finding::NOT_SUPPORTED : Finding::SAME, note.text};
    }
    const std::string wrong = WrongSetting(name, value);
    if (!wrong.empty()) return {Finding::NOT_SUPPORTED, wrong};
    if (is_known) return {Finding::SAME, "honoured"};
    return {Finding::DIFFERENT,
            "no variable of nginx-proxy's that is known here: nothing reads it"};
  }

  // What is said of a variable that is not set; empty: nothing.
  std::vector<DropInNote> OfNone() const {
    bool unused = false;
    const auto settings = Read({}, {}, "", unused);
    return settings.ok() ? settings->notes : std::vector<DropInNote>();
  }

  // `names` are those of the files in it.
  Judgement OfFile(const std::string& path, const std::vector<std::string>& names) const {
    bool unused = false;
    const auto settings = Read({}, {{path, names}}, "", unused);
    if (!settings.ok()) return {Finding::NOT_SUPPORTED, std::string(settings.status().message())};
    for (const DropInNote& note : settings->notes) {
      if (note.about == path) return {Finding::NOT_SUPPORTED, note.text};
    }
    const bool is_given = std::any_of(
        settings->server_arguments.begin(), settings->server_arguments.end(),
        [&path](const std::string& argument) { return absl::EndsWith(argument, "=" + path); });
    const std::vector<std::string> known = MountedPaths();
    if (is_given || std::find(known.begin(), known.end(), path) != known.end()) {
      return {Finding::SAME, "read"};
    }
    return {Finding::DIFFERENT, "nothing reads it"};
  }

 private:
  static absl::StatusOr<DropInSettings> Read(const std::map<std::string, std::string>& variables,
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

  // Some are handed on to the server, which reads them as it reads a container's words.
  static std::string WrongSetting(const std::string& name, const std::string& value) {
    v1::Container proxy;
    (*proxy.mutable_environment())[name] = value;
    Problems problems;
    ParseDomainSettings(proxy, Place(), problems);
    return problems.empty() ? "" : absl::StrCat(problems[0].what, "; ", problems[0].cure);
  }
};

class Importer {
 public:
  Importer(const ComposeProject& project, const std::string& folder, const FolderNames& names_in)
      : project_(project), folder_(folder), names_in_(names_in) {}

  absl::StatusOr<v1::ComposeImport> Run() {
    const bool has_generator =
        std::any_of(project_.services.begin(), project_.services.end(), [](const auto& service) {
          return service.image.has_value() &&
                 RoleOfImage(service.image->text) == ProxyRole::kGenerator;
        });
    bool has_proxy = false;
    for (const ComposeService& service : project_.services) {
      const ProxyRole role = RoleOf(service, has_generator);
      roles_[service.name] = role;
      has_proxy = has_proxy || role == ProxyRole::kProxy || role == ProxyRole::kNginx;
      has_companion_ = has_companion_ || role == ProxyRole::kCompanion;
    }
    if (!has_proxy) {
      import_.set_verdict(v1::ComposeImport::NO_PROXY);
      return std::move(import_);
    }
    for (const ComposeService& service : project_.services) AddChanges(service);
    for (const ComposeService& service : project_.services) AddProxy(service);
    const absl::Status status = AddContainers();
    if (!status.ok()) return status;
    Judge();
    return std::move(import_);
  }

 private:
  void Add(Finding::Kind kind, const SourcePlace& place, const std::string& service,
           const std::string& word, std::string what, std::string instead = "") {
    Finding& finding = *import_.add_findings();
    finding.set_kind(kind);
    finding.set_file(place.file);
    finding.set_line(static_cast<uint32_t>(place.line));
    finding.set_service(service);
    finding.set_word(word);
    finding.set_what(std::move(what));
    finding.set_instead(std::move(instead));
  }

  void AddChanges(const ComposeService& service) {
    const ProxyRole role = roles_.at(service.name);
    if (role == ProxyRole::kGenerator) {
      Add(Finding::CHANGE, service.place, service.name, service.image->text,
          "take this service out: routes come from the containers' words, without a template");
    }
    if (role != ProxyRole::kProxy && role != ProxyRole::kNginx) return;
    Add(Finding::CHANGE, service.image->place, service.name, service.image->text,
        absl::StrCat("image: ", kImage), "deploy/images/build drop-in makes the image");
    const bool has_engine = Mounts(service, kSocket) || service.environment.contains("DOCKER_HOST");
    if (!has_engine) {
      Add(Finding::CHANGE, service.place, service.name, "volumes",
          absl::StrCat("add - /var/run/docker.sock:", kSocket,
                       ":ro, by which it sees the containers"));
    }
    if (service.read_only.value_or(false)) {
      Add(Finding::CHANGE, service.place, service.name, "read_only",
          "add tmpfs: [/run, /var/lib/fairlead], where it writes");
    }
  }

  void AddProxy(const ComposeService& service) {
    switch (roles_.at(service.name)) {
      case ProxyRole::kProxy:
      case ProxyRole::kNginx:
        AddVariables(service);
        for (const ComposeMount& mount : service.mounts) AddMount(service, mount);
        return;
      case ProxyRole::kCompanion:
        Add(Finding::SAME, service.place, service.name, service.image->text,
            "its challenges (HTTP-01) are answered out of the volume that the proxy has at "
            "/usr/share/nginx/html, and its certificates are taken up as it writes them");
        return;
      default:
        return;
    }
  }

  void AddVariables(const ComposeService& service) {
    for (const auto& [name, value] : service.environment) {
      Judgement judgement = drop_in_.OfVariable(name, *value.value);
      Add(judgement.kind, value.place, service.name, name, std::move(judgement.what));
    }
    for (const DropInNote& note : drop_in_.OfNone()) {
      const auto said = service.environment.find(note.about);
      if (said != service.environment.end() && !said->second.value->empty()) continue;
      Add(Finding::DIFFERENT, service.place, service.name, note.about, note.text);
    }
  }

  // Names of what is mounted; none: that is known on the Docker host alone.
  std::optional<std::vector<std::string>> NamesOf(const ComposeMount& mount) const {
    if (!mount.is_path) return std::nullopt;
    return names_in_((std::filesystem::path(folder_) / mount.source).string());
  }

  void AddMount(const ComposeService& service, const ComposeMount& mount) {
    if (mount.target == kSocket) {
      Add(Finding::SAME, mount.place, service.name, mount.target, "read");
      return;
    }
    bool is_of_table = false;
    for (const std::string& path : MountedPaths()) {
      if (mount.target == path) {
        is_of_table = true;
        AddContent(service, mount, path, NamesOf(mount));
      } else if (IsBelow(mount.target, path)) {
        is_of_table = true;
        AddContent(service, mount, path, {{mount.target.substr(path.size() + 1)}});
      } else if (IsBelow(path, mount.target)) {
        is_of_table = true;
        AddParent(service, mount, path);
      }
    }
    if (!is_of_table) AddContent(service, mount, mount.target, NamesOf(mount));
  }

  void AddContent(const ComposeService& service, const ComposeMount& mount, const std::string& path,
                  const std::optional<std::vector<std::string>>& names) {
    // A file is mounted where nginx-proxy looks for one; of a folder without files nothing is told.
    if (names.has_value() && names->empty()) {
      Add(Finding::SAME, mount.place, service.name, mount.target, "there is nothing in it");
      return;
    }
    Judgement judgement = drop_in_.OfFile(path, names.value_or(std::vector<std::string>()));
    // Of a volume it is not known whether anything is in it.
    const bool may_be_empty = !names.has_value() && !mount.is_path;
    if (may_be_empty && judgement.kind == Finding::NOT_SUPPORTED) {
      judgement.kind = Finding::DIFFERENT;
      judgement.what = absl::StrCat("if the volume has any files: ", judgement.what);
    }
    Add(judgement.kind, mount.place, service.name, mount.target, std::move(judgement.what));
  }

  // A mount within which there is one of nginx's files.
  void AddParent(const ComposeService& service, const ComposeMount& mount,
                 const std::string& path) {
    if (mount.is_path) {
      const std::string below = path.substr(mount.target.size());
      const std::string source =
          absl::StrCat((std::filesystem::path(folder_) / mount.source).string(), below);
      const auto names = names_in_(source);
      if (!names.has_value() || names->empty()) return;
      const Judgement judgement = drop_in_.OfFile(path, *names);
      Add(judgement.kind, mount.place, service.name, path, judgement.what);
      return;
    }
    const Judgement judgement = drop_in_.OfFile(path, {});
    const bool is_same = judgement.kind == Finding::SAME;
    Add(is_same ? Finding::SAME : Finding::DIFFERENT, mount.place, service.name, path,
        absl::StrCat("if the volume has it: ", judgement.what));
  }

  absl::Status AddContainers() {
    const auto check = Forecast(project_);
    if (!check.ok()) return check.status();
    std::set<std::pair<std::string, std::string>> told;  // service and word
    for (const v1::ComposeProblem& problem : check->problems()) {
      const v1::Problem& of = problem.problem();
      told.emplace(of.service(), of.word());
      const bool is_error = of.severity() == v1::Problem::ERROR;
      Add(is_error ? Finding::NOT_SUPPORTED : Finding::DIFFERENT,
          {problem.file(), static_cast<int>(problem.line())}, of.service(), of.word(), of.what(),
          of.cure());
    }
    for (const ComposeService& service : project_.services) {
      if (roles_.at(service.name) != ProxyRole::kNone) continue;
      AddWords(service, told);
    }
    return absl::OkStatus();
  }

  void AddWords(const ComposeService& service,
                const std::set<std::pair<std::string, std::string>>& told) {
    std::vector<std::string> same;
    std::vector<std::string> companions;
    for (const auto& [name, value] : service.environment) {
      const bool is_word = std::find(kEnvironmentNames.begin(), kEnvironmentNames.end(), name) !=
                           kEnvironmentNames.end();
      if (is_word && !told.contains({service.name, name})) same.push_back(name);
      const bool is_companions =
          absl::StartsWith(name, "LETSENCRYPT_") || absl::StartsWith(name, "ACME_");
      if (!is_word && is_companions) companions.push_back(name);
    }
    for (const auto& [name, label] : service.labels) {
      const bool is_word =
          absl::StartsWith(name, "fairlead.") || absl::StartsWith(name, kNginxProxyLabels);
      if (is_word && !told.contains({service.name, name})) same.push_back(name);
    }
    if (!same.empty()) {
      Add(Finding::SAME, service.place, service.name, absl::StrJoin(same, ", "), "honoured");
    }
    if (!companions.empty() && has_companion_) {
      Add(Finding::DIFFERENT, service.place, service.name, absl::StrJoin(companions, ", "),
          "words of acme-companion, of which stands above what becomes of it");
    }
  }

  void Judge() {
    auto& findings = *import_.mutable_findings();
    const bool all_same = std::all_of(findings.begin(), findings.end(), [](const Finding& finding) {
      return finding.kind() == Finding::CHANGE || finding.kind() == Finding::SAME;
    });
    import_.set_verdict(all_same ? v1::ComposeImport::SAME : v1::ComposeImport::READ_FIRST);
  }

  const ComposeProject& project_;
  const std::string& folder_;
  const FolderNames& names_in_;
  const DropIn drop_in_{};
  std::map<std::string, ProxyRole> roles_;
  bool has_companion_ = false;
  v1::ComposeImport import_;
};

}  // namespace

absl::StatusOr<v1::ComposeImport> ForeseeImport(const ComposeProject& project,
                                                const std::string& folder,
                                                const FolderNames& names_in) {
  return Importer(project, folder, names_in).Run();
}

ProxyRole RoleOfImage(absl::string_view image) {
  const absl::string_view name = ImageName(image);
  if (name == "nginx-proxy") return ProxyRole::kProxy;
  if (name == "docker-gen") return ProxyRole::kGenerator;
  if (name == "acme-companion" || name == "letsencrypt-nginx-proxy-companion" ||
      name == "docker-letsencrypt-nginx-proxy-companion") {
    return ProxyRole::kCompanion;
  }
  return ProxyRole::kNone;
}

}  // namespace fairlead
