#include "clients/compose/import.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/compose/companion_words.h"
#include "clients/compose/drop_in_judgement.h"
#include "clients/compose/forecast.h"
#include "clients/compose/import_mounts.h"
#include "clients/compose/proxy_role.h"
#include "server/vocabulary/ignored.h"
#include "server/vocabulary/words.h"

namespace fairlead {
namespace {

using Finding = v1::ImportFinding;

// The programs of the drop-in image.
constexpr std::array<absl::string_view, 5> kPrograms = {
    "fairlead", "fairlead-agent", "fairlead-drop-in", "fairlead-server", "envoy"};
constexpr char kHealthCheck[] =
    "healthcheck: {test: [\"CMD\", \"fairlead\", \"hosts\"]}, which fails without its server";

// Why keys of the proxy's service have to go.
constexpr std::pair<const char*, const char*> kProcessKeys[] = {
    {"build", "take it out: what it adds to nginx-proxy's image is not in the drop-in image"},
    {"command", "take it out: it would be the arguments of the image's own first process"},
    {"entrypoint", "take it out: the image's own starts server, agent and Envoy"},
    {"user",
     "take it out: it starts as root, and runs Envoy as a user that cannot open the socket"},
};

bool IsGeneratorsLabel(absl::string_view label) {
  return absl::EndsWith(label, ".docker_gen") || absl::EndsWith(label, ".docker-gen");
}

class Importer {
 public:
  Importer(const ComposeProject& project, const std::string& folder, const LocalFiles& files)
      : project_(project), folder_(folder), files_(files), roles_(RolesIn(project)) {}

  absl::StatusOr<v1::ComposeImport> Run() {
    for (const ComposeService& service : project_.services) {
      if (IsProxy(service)) proxies_.push_back(service.name);
      has_generator_ = has_generator_ || roles_.at(service.name) == ProxyRole::kGenerator;
    }
    if (proxies_.empty()) {
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
  bool IsProxy(const ComposeService& service) const {
    const ProxyRole role = roles_.at(service.name);
    return role == ProxyRole::kProxy || role == ProxyRole::kNginx;
  }

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

  void Add(const SourcePlace& place, const std::string& service, const std::string& word,
           Judgement judgement) {
    Add(judgement.kind, place, service, word, std::move(judgement.what),
        std::move(judgement.instead));
  }

  void AddChanges(const ComposeService& service) {
    if (roles_.at(service.name) == ProxyRole::kGenerator) AddGenerator(service);
    if (!IsProxy(service)) return;
    const bool is_named = service.image.has_value();
    Add(Finding::CHANGE, is_named ? service.image->place : service.place, service.name,
        is_named ? service.image->text : "image", absl::StrCat("image: ", kDropInImage),
        "deploy/images/build drop-in makes the image");
    const bool has_engine =
        HasMountAt(service, kProxySocket) || service.environment.contains("DOCKER_HOST");
    if (!has_engine) {
      Add(Finding::CHANGE, service.place, service.name, "volumes",
          absl::StrCat("add - /var/run/docker.sock:", kProxySocket,
                       ":ro, by which it sees the containers"));
    }
    if (service.read_only.value_or(false)) {
      Add(Finding::CHANGE, service.place, service.name, "read_only",
          "add tmpfs: [/run, /var/lib/fairlead], where it writes");
    }
    for (const auto& [key, why] : kProcessKeys) {
      const auto said = service.process_keys.find(key);
      if (said != service.process_keys.end()) {
        Add(Finding::CHANGE, said->second, service.name, key, why);
      }
    }
    AddHealthCheck(service);
  }

  void AddGenerator(const ComposeService& service) {
    std::string instead;
    for (const auto& [label, value] : service.labels) {
      if (!IsGeneratorsLabel(label)) continue;
      instead = absl::StrCat("give its label ", label, ", by which acme-companion finds it, to ",
                             proxies_.empty() ? "the proxy" : proxies_.front());
    }
    Add(Finding::CHANGE, service.place, service.name, service.image->text,
        "take this service out: routes come from the containers' words, without a template",
        std::move(instead));
  }

  void AddHealthCheck(const ComposeService& service) {
    const auto& program = service.health_check_program;
    if (!program.has_value()) return;
    const absl::string_view path = program->text;
    const absl::string_view name = path.substr(path.rfind('/') + 1);
    if (std::find(kPrograms.begin(), kPrograms.end(), name) != kPrograms.end()) return;
    Add(Finding::CHANGE, program->place, service.name, "healthcheck",
        absl::StrCat("write another one: the image has no ", program->text,
                     ", nor any other "
                     "program that nginx-proxy's does"),
        kHealthCheck);
  }

  void AddProxy(const ComposeService& service) {
    if (IsProxy(service)) {
      AddVariables(service);
      for (const ComposeMount& mount : service.mounts) {
        for (MountJudgement& judged : JudgeMount(mount, folder_, files_)) {
          Add(mount.place, service.name, judged.path, std::move(judged.judgement));
        }
      }
      AddProxysLabels(service);
    } else if (roles_.at(service.name) == ProxyRole::kCompanion) {
      AddCompanion(service);
    }
  }

  void AddVariables(const ComposeService& service) {
    std::map<std::string, std::string> all;
    for (const auto& [name, value] : service.environment) all[name] = *value.value;
    bool is_wrong = false;
    for (const auto& [name, value] : service.environment) {
      Judgement judgement = JudgeVariable(name, *value.value, all);
      is_wrong = is_wrong || judgement.kind == Finding::NOT_SUPPORTED;
      Add(value.place, service.name, name, std::move(judgement));
    }
    const absl::Status together = JudgeVariables(all);
    if (!together.ok() && !is_wrong) {
      Add(Finding::NOT_SUPPORTED, service.place, service.name, "environment",
          absl::StrCat("the container ends at its start: ", together.message()));
    }
    for (const DropInNote& note : NotesWithoutVariables()) {
      const auto said = service.environment.find(note.about);
      if (said != service.environment.end() && !said->second.value->empty()) continue;
      // To be thought of, but what it says is right where nothing stands in front.
      Add(Finding::CHANGE, service.place, service.name, note.about, note.text);
    }
  }

  void AddProxysLabels(const ComposeService& service) {
    for (const auto& [name, label] : service.labels) {
      const bool is_mark =
          absl::StartsWith(name, kNginxProxyLabels) || absl::StartsWith(name, kCompanionLabels);
      if (!is_mark) continue;
      Add(Finding::SAME, label.place, service.name, name,
          absl::StartsWith(name, kCompanionLabels)
              ? "acme-companion finds the proxy by it"
              : "not needed: the proxy finds its networks itself");
    }
  }

  void AddCompanion(const ComposeService& service) {
    Add(Finding::SAME, service.place, service.name, service.image->text,
        "goes on as before: its challenges (HTTP-01) are answered out of the volume that the "
        "proxy has at /usr/share/nginx/html, and its certificates are taken up as it writes them, "
        "without the reload that it asks for");
    for (const auto& [name, value] : service.environment) {
      const CompanionWord* const word = FindCompanionsOwnWord(name);
      if (word == nullptr) continue;
      if (name == "NGINX_DOCKER_GEN_CONTAINER" && has_generator_) {
        Add(Finding::CHANGE, value.place, service.name, name,
            absl::StrCat("write the name of the container of ", proxies_.front(),
                         ": that of docker-gen is taken out"));
        continue;
      }
      AddCompanionWord(service, name, value, *word);
    }
  }

  void AddCompanionWord(const ComposeService& service, const std::string& name,
                        const PlacedValue& value, const CompanionWord& word) {
    const bool is_missing = !word.missing.empty() && absl::EqualsIgnoreCase(*value.value, "true");
    const std::string what = absl::StrCat("acme-companion reads it: ", word.what);
    if (is_missing) {
      Add(Finding::NOT_SUPPORTED, value.place, service.name, name,
          absl::StrCat(what, "; ", word.missing), std::string(word.instead));
    } else {
      Add(Finding::SAME, value.place, service.name, name, what);
    }
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
    for (size_t i = 0; i < project_.services.size(); ++i) {
      const ComposeService& service = project_.services[i];
      if (roles_.at(service.name) != ProxyRole::kNone) continue;
      AddWords(service, told);
      if (!check->services(static_cast<int>(i)).routes().empty()) AddDifferences(service);
    }
    return absl::OkStatus();
  }

  void AddWords(const ComposeService& service,
                const std::set<std::pair<std::string, std::string>>& told) {
    std::vector<std::string> same;
    for (const auto& [name, value] : service.environment) {
      const bool is_word = std::find(kEnvironmentNames.begin(), kEnvironmentNames.end(), name) !=
                           kEnvironmentNames.end();
      const CompanionWord* const companions = FindContainersCompanionWord(name);
      if (is_word && !told.contains({service.name, name})) same.push_back(name);
      if (!is_word && companions != nullptr) AddCompanionWord(service, name, value, *companions);
    }
    for (const auto& [name, label] : service.labels) {
      if (IsKnownLabel(name) && !told.contains({service.name, name})) same.push_back(name);
    }
    if (!same.empty()) {
      Add(Finding::SAME, service.place, service.name, absl::StrJoin(same, ", "), "honoured");
    }
  }

  // What a container is treated otherwise for, whatever it says.
  void AddDifferences(const ComposeService& service) {
    if (service.has_health_check.value_or(false)) {
      Add(Finding::DIFFERENT, service.place, service.name, "healthcheck",
          "until it passes, and while it fails, the container gets no requests; nginx-proxy does "
          "not look at it",
          "see that it passes where the container works: docker ps shows it");
    }
    const bool is_on_host =
        service.network_mode.has_value() && service.network_mode->text == "host";
    if (is_on_host && ProxyIsOnHost()) {
      Add(Finding::DIFFERENT, service.network_mode->place, service.name, "network_mode",
          "it is asked at an address of the host, and not at 127.0.0.1 as nginx-proxy does that "
          "is in the host's network too",
          "let it listen on more than 127.0.0.1");
    }
  }

  bool ProxyIsOnHost() const {
    return std::any_of(project_.services.begin(), project_.services.end(),
                       [this](const auto& service) {
                         return IsProxy(service) && service.network_mode.has_value() &&
                                service.network_mode->text == "host";
                       });
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
  const LocalFiles& files_;
  const std::map<std::string, ProxyRole> roles_;
  std::vector<std::string> proxies_;  // services
  bool has_generator_ = false;
  v1::ComposeImport import_;
};

}  // namespace

absl::StatusOr<v1::ComposeImport> ForeseeImport(const ComposeProject& project,
                                                const std::string& folder,
                                                const LocalFiles& files) {
  return Importer(project, folder, files).Run();
}

}  // namespace fairlead
