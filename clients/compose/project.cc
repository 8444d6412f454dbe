#include "clients/compose/project.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/compose/env_file.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

using Kind = YamlTree::Kind;

constexpr int kDeepestExtends = 16;
constexpr size_t kMostNotices = 100;

std::string FolderOf(const std::string& file) {
  return std::filesystem::path(file).parent_path().string();
}

std::string PathIn(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).string();
}

// As Compose makes a name of a folder's.
std::string ProjectNameOf(absl::string_view text) {
  std::string name;
  for (const char c : absl::AsciiStrToLower(text)) {
    const bool fits = absl::ascii_islower(static_cast<unsigned char>(c)) ||
                      absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_' || c == '-';
    if (fits) name.push_back(c);
  }
  return name.empty() ? "default" : name;
}

bool IsTopLevelKey(const std::string& key) {
  for (const char* known : {"version", "services", "networks", "volumes", "configs", "secrets",
                            "name", "include", "models"}) {
    if (key == known) return true;
  }
  return absl::StartsWith(key, "x-");
}

// A file of docker-compose's first form has its services at the top.
bool IsFirstForm(const YamlTree& root) {
  return root.Find("services") == nullptr && root.Find("version") == nullptr &&
         !root.entries.empty() &&
         std::all_of(root.entries.begin(), root.entries.end(), [](const YamlEntry& entry) {
           return entry.value.kind == Kind::kMap && !IsTopLevelKey(entry.key);
         });
}

// What one container of it takes, about.
size_t BytesOf(const ComposeService& service) {
  constexpr size_t kPort = 32;
  size_t bytes = service.ports.size() * kPort;
  for (const auto& [name, label] : service.labels) bytes += name.size() + label.text.size();
  for (const auto& [name, value] : service.environment) {
    bytes += name.size() + value.value->size();
  }
  return bytes;
}

class ProjectReader {
 public:
  explicit ProjectReader(const ComposeInput& input)
      : input_(input), variables_([this](const std::string& name) { return ValueOf(name); }) {}

  absl::StatusOr<ComposeProject> Read() {
    absl::Status status = ReadDotEnv();
    for (size_t i = 0; status.ok() && i < input_.files.size(); ++i) {
      status = AddFile(input_.files[i]);
    }
    if (status.ok()) status = Settle();
    if (!status.ok()) return status;
    return std::move(project_);
  }

 private:
  // A compose file, its variables replaced.
  struct File {
    YamlTree root;
    bool is_first_form = false;
  };

  std::optional<std::string> ValueOf(const std::string& name) const {
    std::optional<std::string> value = input_.environment(name);
    if (value.has_value()) return value;
    const auto found = dot_env_.find(name);
    return found == dot_env_.end() ? std::nullopt : std::optional(found->second);
  }

  absl::StatusOr<std::string> Content(const std::string& path, const SourcePlace& at) {
    if (++files_read_ > kMostComposeFiles) {
      return WrongAt(at, absl::StrCat("more than ", kMostComposeFiles, " files are to be read"),
                     "put what they say together");
    }
    return input_.read_file(path);
  }

  absl::Status ReadDotEnv() {
    const std::string beside = PathIn(FolderOf(input_.files.front()), ".env");
    const std::string path = input_.env_file.empty() ? beside : input_.env_file;
    const auto text = Content(path, {path, 0});
    if (absl::IsNotFound(text.status()) && input_.env_file.empty()) return absl::OkStatus();
    if (!text.ok()) return text.status();
    const auto lines = ParseEnvFile(*text, path);
    if (!lines.ok()) return lines.status();
    for (const EnvironmentLine& line : *lines) {
      if (line.value.has_value()) dot_env_[line.name] = *line.value;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<const File*> Load(const std::string& path, const SourcePlace& at) {
    const auto known = loaded_.find(path);
    if (known != loaded_.end()) return &known->second;
    const auto text = Content(path, at);
    if (!text.ok()) return text.status();
    absl::StatusOr<YamlTree> root = ParseYamlTree(*text, path);
    if (!root.ok()) return root.status();
    if (root->kind != Kind::kMap) {
      return WrongAt({path, 0}, "this is no compose file", "write 'services:' and what it has");
    }
    File file{*std::move(root), false};
    file.is_first_form = IsFirstForm(file.root);
    if (!file.is_first_form && file.root.Find("services") == nullptr) {
      return WrongAt({path, 0}, "there is nothing named 'services'",
                     "name a compose file; its services stand below 'services:'");
    }
    size_t bytes = 0;
    for (YamlEntry& entry : file.root.entries) {
      if (absl::StartsWith(entry.key, "x-")) continue;
      const absl::Status replaced = ReplaceVariables(entry.value, bytes);
      if (!replaced.ok()) return replaced;
    }
    return &loaded_.emplace(path, std::move(file)).first->second;
  }

  absl::Status ReplaceVariables(YamlTree& tree, size_t& bytes) {
    if (tree.kind == Kind::kText && absl::StrContains(tree.text, '$')) {
      const absl::StatusOr<Interpolated> replaced = Interpolate(tree.text, variables_);
      if (!replaced.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat(PlaceText(tree.place), ": ", std::string(replaced.status().message())));
      }
      tree.text = replaced->text;
      for (const std::string& name : replaced->unset) NoteUnset(name, tree.place);
    }
    bytes += tree.text.size();
    if (bytes > kMostYamlBytes) {
      return WrongAt(
          tree.place,
          absl::StrCat("with its variables the file has more than ", kMostYamlBytes, " bytes"),
          "write less into variables that are used again and again");
    }
    for (YamlTree& item : tree.items) {
      const absl::Status status = ReplaceVariables(item, bytes);
      if (!status.ok()) return status;
    }
    for (YamlEntry& entry : tree.entries) {
      const absl::Status status = ReplaceVariables(entry.value, bytes);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  void NoteUnset(const std::string& name, const SourcePlace& place) {
    Note(
        {place, "", name, Problem::Severity::kNotice,
         absl::StrCat("the variable ", Quoted(name), " is not set, so nothing is put in its place"),
         absl::StrCat("set it in the environment or in .env, or write ${", Quoted(name),
                      ":-} if nothing is meant")});
  }

  // Each once, however often its anchor is used.
  void Note(ComposeNotice notice) {
    const auto same = [&notice](const ComposeNotice& other) {
      return other.place == notice.place && other.word == notice.word;
    };
    auto& notices = project_.notices;
    if (notices.size() >= kMostNotices || std::any_of(notices.begin(), notices.end(), same)) return;
    notices.push_back(std::move(notice));
  }

  // The services of a file, below each other.
  static const YamlTree& ServicesIn(const File& file) {
    return file.is_first_form ? file.root : *file.root.Find("services");
  }

  absl::Status AddFile(const std::string& path) {
    const auto file = Load(path, {path, 0});
    if (!file.ok()) return file.status();
    const YamlTree& services = ServicesIn(**file);
    if (services.kind != Kind::kMap) {
      return WrongAt(services.place, "'services' is no map", "write 'NAME:' for each service");
    }
    for (const YamlEntry& entry : services.entries) {
      auto service = Extended(path, entry.key, entry.place, 0);
      if (!service.ok()) return service.status();
      const auto known = services_.find(entry.key);
      services_[entry.key] = known == services_.end()
                                 ? *std::move(service)
                                 : MergedService(std::move(known->second), *std::move(service));
      if (services_.size() > kMostComposeServices) {
        return WrongAt(entry.place,
                       absl::StrCat("there are more than ", kMostComposeServices, " services"),
                       "divide the file");
      }
    }
    project_.is_first_form = project_.is_first_form || (*file)->is_first_form;
    return AddTop((*file)->root);
  }

  // What stands beside the services.
  absl::Status AddTop(const YamlTree& root) {
    const YamlTree* name = root.Find("name");
    if (name != nullptr && name->kind == Kind::kText) project_.name = name->text;
    const YamlTree* networks = root.Find("networks");
    if (networks == nullptr) return absl::OkStatus();
    for (const YamlEntry& entry : networks->entries) networks_[entry.key] = entry.value;
    return absl::OkStatus();
  }

  // A service with what it extends.
  absl::StatusOr<ComposeService> Extended(const std::string& path, const std::string& name,
                                          const SourcePlace& at, int depth) {
    if (depth > kDeepestExtends) {
      return WrongAt(at, "'extends' leads around in a circle, or on and on",
                     "extend a service that extends none");
    }
    const auto file = Load(path, at);
    if (!file.ok()) return file.status();
    const YamlTree* tree = ServicesIn(**file).Find(name);
    if (tree == nullptr) {
      return WrongAt(at, absl::StrCat("there is no service '", Quoted(name), "' in ", path),
                     "extend one that is there");
    }
    std::vector<MisspeltKey> misspelt;
    absl::StatusOr<ComposeService> service = ReadComposeService(name, *tree, misspelt);
    if (!service.ok()) return service;
    // Where its key stands, not where what is below begins.
    for (const YamlEntry& entry : ServicesIn(**file).entries) {
      if (entry.key == name) service->place = entry.place;
    }
    for (ComposeEnvFile& env_file : service->env_files) {
      env_file.path = PathIn(FolderOfEnvFiles(path), env_file.path);
    }
    for (const MisspeltKey& key : misspelt) NoteMisspelt(key);
    if (!service->extends_service.has_value()) return service;
    const PlacedText base_name = *service->extends_service;
    const std::string base_path =
        service->extends_file.empty() ? path : PathIn(FolderOf(path), service->extends_file);
    absl::StatusOr<ComposeService> base =
        Extended(base_path, base_name.text, base_name.place, depth + 1);
    if (!base.ok()) return base;
    return MergedService(*std::move(base), *std::move(service));
  }

  // Of those that the file names: the first file's folder for all of -f, else its own.
  std::string FolderOfEnvFiles(const std::string& path) const {
    const bool is_named =
        std::find(input_.files.begin(), input_.files.end(), path) != input_.files.end();
    return FolderOf(is_named ? input_.files.front() : path);
  }

  void NoteMisspelt(const MisspeltKey& key) {
    Note({key.place, key.service, key.key, Problem::Severity::kError,
          absl::StrCat("there is no key '", Quoted(key.key),
                       "' of a service, so what stands below it says nothing"),
          absl::StrCat("did you mean '", key.meant, "'?")});
  }

  absl::Status Settle() {
    SettleName();
    SettleNetworks();
    size_t containers = 0;
    size_t bytes = 0;
    for (auto& [name, service] : services_) {
      if (!IsStarted(service)) {
        project_.left_out.push_back(name);
        continue;
      }
      const absl::Status status = SettleEnvironment(service);
      if (!status.ok()) return status;
      containers += ReplicasOf(service);
      bytes += ReplicasOf(service) * BytesOf(service);
      if (bytes > kMostComposeBytes) {
        return WrongAt(service.place,
                       absl::StrCat("the labels, variables and ports of all containers together "
                                    "come to more than ",
                                    kMostComposeBytes, " bytes"),
                       "start fewer containers, or say less in each");
      }
      if (containers > kMostComposeContainers) {
        return WrongAt(service.place,
                       absl::StrCat("there are more than ", kMostComposeContainers, " containers"),
                       "start fewer of them");
      }
      project_.services.push_back(std::move(service));
    }
    return absl::OkStatus();
  }

  void SettleName() {
    const std::string said = ValueOf("COMPOSE_PROJECT_NAME").value_or("");
    if (!input_.project_name.empty()) {
      project_.name = input_.project_name;
    } else if (!said.empty()) {
      project_.name = said;
    } else if (project_.name.empty()) {
      const auto path = std::filesystem::absolute(input_.files.front()).lexically_normal();
      project_.name = path.parent_path().filename().string();
    }
    project_.name = ProjectNameOf(project_.name);
  }

  void SettleNetworks() {
    networks_.emplace("default", YamlTree());
    for (const auto& [key, tree] : networks_) {
      const YamlTree* name = tree.Find("name");
      const YamlTree* driver = tree.Find("driver");
      const YamlTree* external = tree.Find("external");
      const bool is_external = external != nullptr && external->text != "false";
      // Its name stood below `external` in older forms.
      if (name == nullptr && external != nullptr) name = external->Find("name");
      ComposeNetwork& network = project_.networks[key];
      network.driver = driver == nullptr ? "" : driver->text;
      network.name = name != nullptr ? name->text
                     : is_external   ? key
                                     : absl::StrCat(project_.name, "_", key);
    }
  }

  bool IsStarted(const ComposeService& service) const {
    if (service.profiles.empty()) return true;
    std::vector<std::string> wanted =
        absl::StrSplit(ValueOf("COMPOSE_PROFILES").value_or(""), ',', absl::SkipWhitespace());
    wanted.insert(wanted.end(), input_.profiles.begin(), input_.profiles.end());
    return std::any_of(wanted.begin(), wanted.end(), [&service](const std::string& profile) {
      const auto& own = service.profiles;
      return profile == "*" || std::find(own.begin(), own.end(), profile) != own.end();
    });
  }

  absl::Status SettleEnvironment(ComposeService& service) {
    std::map<std::string, PlacedValue> environment;
    for (const ComposeEnvFile& env_file : service.env_files) {
      const std::string& path = env_file.path;
      const auto text = Content(path, env_file.place);
      if (absl::IsNotFound(text.status()) && !env_file.required) continue;
      if (!text.ok()) {
        return absl::Status(text.status().code(),
                            absl::StrCat(PlaceText(env_file.place), ": ", text.status().message()));
      }
      const auto lines = ParseEnvFile(*text, path);
      if (!lines.ok()) return lines.status();
      for (const EnvironmentLine& line : *lines) environment[line.name] = {line.value, line.place};
    }
    for (auto& [name, value] : service.environment) environment[name] = std::move(value);
    for (auto& [name, value] : environment) {
      if (!value.value.has_value()) value.value = ValueOf(name);
    }
    std::erase_if(environment, [](const auto& entry) { return !entry.second.value.has_value(); });
    service.environment = std::move(environment);
    return absl::OkStatus();
  }

  const ComposeInput& input_;
  const ComposeVariables variables_;
  std::map<std::string, std::string> dot_env_;
  std::map<std::string, File> loaded_;  // by path
  size_t files_read_ = 0;
  std::map<std::string, ComposeService> services_;
  std::map<std::string, YamlTree> networks_;
  ComposeProject project_;
};

}  // namespace

absl::StatusOr<ComposeProject> ReadComposeProject(const ComposeInput& input) {
  return ProjectReader(input).Read();
}

uint32_t ReplicasOf(const ComposeService& service) {
  return service.scale.value_or(service.replicas.value_or(1));
}

}  // namespace fairlead
