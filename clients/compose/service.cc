#include "clients/compose/service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/log.h"
#include "server/base/spelling.h"
#include "server/vocabulary/port.h"

namespace fairlead {
namespace {

constexpr size_t kMostEntries = 1000;
constexpr size_t kMostPorts = 16384;
constexpr uint32_t kMostReplicas = 1000;

using Kind = YamlTree::Kind;

bool IsTrue(const YamlTree& tree) {
  return absl::EqualsIgnoreCase(tree.text, "true") || absl::EqualsIgnoreCase(tree.text, "yes") ||
         absl::EqualsIgnoreCase(tree.text, "on");
}

// Keeps the first thing that is wrong and goes on: what was read then is not used.
class ServiceReader {
 public:
  ServiceReader(const std::string& name, const YamlTree& tree) : tree_(tree) {
    service_.name = name;
    service_.place = tree.place;
  }

  absl::StatusOr<ComposeService> Read(std::vector<MisspeltKey>& misspelt) {
    if (tree_.kind != Kind::kMap && tree_.kind != Kind::kNothing) {
      Refuse(tree_.place, "this service is no map", "write 'image: NAME' and the like below it");
    }
    for (const YamlEntry& entry : tree_.entries) {
      if (!Take(entry)) CheckSpelling(entry, misspelt);
    }
    if (!status_.ok()) return status_;
    return std::move(service_);
  }

 private:
  struct Field {
    const char* key;
    void (ServiceReader::*take)(const YamlTree& value);
  };
  static const Field kFields[];

  // False: it is none of those that are read.
  bool Take(const YamlEntry& entry) {
    for (const Field* field = kFields; field->key != nullptr; ++field) {
      if (entry.key != field->key) continue;
      key_ = entry.key;
      if (entry.value.kind != Kind::kNothing) (this->*field->take)(entry.value);
      return true;
    }
    return false;
  }

  void CheckSpelling(const YamlEntry& entry, std::vector<MisspeltKey>& misspelt) const {
    std::vector<std::string> keys;
    for (const Field* field = kFields; field->key != nullptr; ++field) keys.push_back(field->key);
    const std::string meant = absl::StartsWith(entry.key, "x-") ? "" : NearestName(entry.key, keys);
    if (!meant.empty()) misspelt.push_back({service_.name, entry.key, meant, entry.place});
  }

  void Refuse(const SourcePlace& place, absl::string_view what, absl::string_view cure) {
    if (status_.ok()) status_ = WrongAt(place, what, cure);
  }

  void RefuseForm(const YamlTree& value, absl::string_view cure) {
    Refuse(value.place, absl::StrCat("'", key_, "' has a form that Compose does not take"), cure);
  }

  bool IsFull(size_t count, const SourcePlace& place) {
    if (count < kMostEntries) return false;
    Refuse(place, absl::StrCat("'", key_, "' has more than ", kMostEntries, " entries"),
           "leave out what is not needed");
    return true;
  }

  std::optional<PlacedText> Text(const YamlTree& value) {
    if (value.kind == Kind::kText) return PlacedText{value.text, value.place};
    RefuseForm(value, absl::StrCat("write '", key_, ": TEXT'"));
    return std::nullopt;
  }

  // Texts, of a list or one alone.
  std::vector<PlacedText> Texts(const YamlTree& value) {
    std::vector<PlacedText> texts;
    if (value.kind == Kind::kText) return {{value.text, value.place}};
    if (value.kind != Kind::kList) RefuseForm(value, "write a list of texts");
    for (const YamlTree& item : value.items) {
      if (IsFull(texts.size(), item.place)) break;
      if (item.kind != Kind::kText) {
        RefuseForm(item, "write a list of texts");
      } else {
        texts.push_back({item.text, item.place});
      }
    }
    return texts;
  }

  // NAME: VALUE, or - NAME=VALUE. `value` has none where nothing is behind the name.
  template <typename Put>
  void Pairs(const YamlTree& value, const Put& put) {
    size_t count = 0;
    for (const YamlEntry& entry : value.entries) {
      if (IsFull(count++, entry.place)) return;
      if (entry.value.kind == Kind::kText) {
        put(entry.key, std::optional(entry.value.text), entry.place);
      } else if (entry.value.kind == Kind::kNothing) {
        put(entry.key, std::nullopt, entry.place);
      } else {
        RefuseForm(entry.value, "write NAME: VALUE with one text as the value");
      }
    }
    if (value.kind == Kind::kMap) return;
    for (const PlacedText& item : Texts(value)) {
      const size_t equals = item.text.find('=');
      std::optional<std::string> said;
      if (equals != std::string::npos) said = item.text.substr(equals + 1);
      put(item.text.substr(0, equals), said, item.place);
    }
  }

  void TakeImage(const YamlTree& value) { service_.image = Text(value); }
  void TakeProcessKey(const YamlTree& value) { service_.process_keys[key_] = value.place; }
  void TakeContainerName(const YamlTree& value) { service_.container_name = Text(value); }
  void TakeNetworkMode(const YamlTree& value) { service_.network_mode = Text(value); }
  void TakeVolumesFrom(const YamlTree& value) { service_.volumes_from = Texts(value); }
  void TakeReadOnly(const YamlTree& value) { service_.read_only = IsTrue(value); }
  void TakeScale(const YamlTree& value) { service_.scale = Count(value); }

  void TakeProfiles(const YamlTree& value) {
    for (PlacedText& profile : Texts(value)) service_.profiles.push_back(std::move(profile.text));
  }

  void TakeEnvironment(const YamlTree& value) {
    Pairs(value, [this](const std::string& name, const std::optional<std::string>& said,
                        const SourcePlace& place) {
      service_.environment[name] = {said, place};
    });
  }

  void TakeLabels(const YamlTree& value) {
    Pairs(value, [this](const std::string& name, const std::optional<std::string>& said,
                        const SourcePlace& place) {
      service_.labels[name] = {said.value_or(""), place};
    });
  }

  void TakeEnvFile(const YamlTree& value) {
    if (value.kind == Kind::kText) {
      service_.env_files.push_back({value.text, true, value.place});
      return;
    }
    for (const YamlTree& item : value.items) {
      if (IsFull(service_.env_files.size(), item.place)) return;
      const YamlTree* path = item.kind == Kind::kMap ? item.Find("path") : &item;
      const YamlTree* required = item.Find("required");
      if (path == nullptr || path->kind != Kind::kText) {
        RefuseForm(item, "write the path of a file, or a list of such");
        return;
      }
      service_.env_files.push_back(
          {path->text, required == nullptr || IsTrue(*required), item.place});
    }
  }

  void AddPorts(const YamlTree& value, absl::string_view text, bool published) {
    const auto ports = ParseComposePorts(text);
    if (!ports.has_value() || service_.ports.size() + ports->size() > kMostPorts) {
      Refuse(value.place,
             absl::StrCat("'", Quoted(text), "' in '", key_, "' is no port, or one too many"),
             published ? "write it as in \"8080:80\"" : "write it as in \"8000\"");
      return;
    }
    service_.ports.insert(service_.ports.end(), ports->begin(), ports->end());
  }

  void TakePorts(const YamlTree& value) {
    if (value.kind != Kind::kList) RefuseForm(value, "write a list, as in [\"8080:80\"]");
    for (const YamlTree& item : value.items) {
      if (item.kind == Kind::kMap) {
        TakeLongPort(item);
      } else if (item.kind == Kind::kText) {
        AddPorts(item, item.text, true);
      } else {
        RefuseForm(item, "write a list, as in [\"8080:80\"]");
      }
    }
  }

  // {target: 80, published: 8080, protocol: tcp, host_ip: 127.0.0.1}, in words of the short form.
  void TakeLongPort(const YamlTree& item) {
    const auto text = [&item](absl::string_view key) -> std::string {
      const YamlTree* found = item.Find(key);
      return found == nullptr ? "" : found->text;
    };
    std::string port = text("target");
    if (!text("published").empty()) port = absl::StrCat(text("published"), ":", port);
    if (!text("host_ip").empty()) {
      port = absl::StrCat(text("host_ip"), text("published").empty() ? "::" : ":", port);
    }
    if (!text("protocol").empty()) absl::StrAppend(&port, "/", text("protocol"));
    AddPorts(item, port, true);
  }

  void TakeExpose(const YamlTree& value) {
    for (const PlacedText& port : Texts(value)) AddPorts(value, port.text, false);
  }

  void TakeNetworks(const YamlTree& value) {
    for (const YamlEntry& entry : value.entries) {
      if (IsFull(service_.networks.size(), entry.place)) return;
      service_.networks[entry.key] = entry.place;
    }
    if (value.kind == Kind::kMap) return;
    for (const PlacedText& name : Texts(value)) service_.networks[name.text] = name.place;
  }

  uint32_t Count(const YamlTree& value) {
    uint32_t count = 0;
    if (value.kind != Kind::kText || !absl::SimpleAtoi(value.text, &count) ||
        count > kMostReplicas) {
      Refuse(value.place, absl::StrCat("'", key_, "' is no number from 0 to ", kMostReplicas),
             "write a whole number, as in 3");
    }
    return count;
  }

  void TakeDeploy(const YamlTree& value) {
    const YamlTree* replicas = value.Find("replicas");
    if (replicas == nullptr || replicas->kind == Kind::kNothing) return;
    key_ = "deploy.replicas";
    service_.replicas = Count(*replicas);
  }

  void TakeHealthCheck(const YamlTree& value) {
    const YamlTree* disable = value.Find("disable");
    const YamlTree* test = value.Find("test");
    const bool none = test != nullptr && !test->items.empty() && test->items[0].text == "NONE";
    service_.has_health_check = !none && (disable == nullptr || !IsTrue(*disable));
    if (!*service_.has_health_check || test == nullptr) return;
    // TEXT, [CMD-SHELL, TEXT] or [CMD, PROGRAM, ...].
    const bool is_program = test->items.size() > 1 && test->items[0].text == "CMD";
    service_.health_check_program =
        PlacedText{is_program ? test->items[1].text : "sh", test->place};
  }

  // SERVICE, or {service: SERVICE, file: FILE}.
  void TakeExtends(const YamlTree& value) {
    const YamlTree* service = value.kind == Kind::kMap ? value.Find("service") : &value;
    if (service == nullptr || service->kind != Kind::kText) {
      RefuseForm(value, "write {service: NAME}, with file: FILE if it is in another one");
      return;
    }
    service_.extends_service = PlacedText{service->text, service->place};
    const YamlTree* file = value.Find("file");
    if (file != nullptr) service_.extends_file = file->text;
  }

  void TakeVolumes(const YamlTree& value) {
    if (value.kind != Kind::kList) RefuseForm(value, "write a list, as in [\"./html:/html\"]");
    for (const YamlTree& item : value.items) {
      if (IsFull(service_.mounts.size(), item.place)) return;
      item.kind == Kind::kMap ? TakeLongVolume(item) : TakeShortVolume(item);
    }
  }

  void TakeShortVolume(const YamlTree& item) {
    // "SOURCE:TARGET:MODE", "SOURCE:TARGET" or "TARGET".
    const std::vector<std::string> parts = absl::StrSplit(item.text, absl::MaxSplits(':', 2));
    ComposeMount mount;
    mount.place = item.place;
    mount.target = parts.size() == 1 ? parts[0] : parts[1];
    if (parts.size() > 1) mount.source = parts[0];
    mount.is_path = absl::StartsWith(mount.source, ".") || absl::StartsWith(mount.source, "/") ||
                    absl::StartsWith(mount.source, "~");
    if (mount.target.empty()) RefuseForm(item, "write SOURCE:TARGET");
    service_.mounts.push_back(std::move(mount));
  }

  void TakeLongVolume(const YamlTree& item) {
    const YamlTree* source = item.Find("source");
    const YamlTree* target = item.Find("target");
    const YamlTree* type = item.Find("type");
    if (target == nullptr || target->kind != Kind::kText) {
      RefuseForm(item, "write {type: bind, source: PATH, target: PATH}");
      return;
    }
    service_.mounts.push_back({source == nullptr ? "" : source->text, target->text,
                               type != nullptr && type->text == "bind", item.place});
  }

  const YamlTree& tree_;
  ComposeService service_;
  absl::Status status_;
  std::string key_;  // that is being read
};

const ServiceReader::Field ServiceReader::kFields[] = {
    {"image", &ServiceReader::TakeImage},
    {"build", &ServiceReader::TakeProcessKey},
    {"command", &ServiceReader::TakeProcessKey},
    {"entrypoint", &ServiceReader::TakeProcessKey},
    {"user", &ServiceReader::TakeProcessKey},
    {"environment", &ServiceReader::TakeEnvironment},
    {"env_file", &ServiceReader::TakeEnvFile},
    {"labels", &ServiceReader::TakeLabels},
    {"ports", &ServiceReader::TakePorts},
    {"expose", &ServiceReader::TakeExpose},
    {"networks", &ServiceReader::TakeNetworks},
    {"network_mode", &ServiceReader::TakeNetworkMode},
    {"net", &ServiceReader::TakeNetworkMode},
    {"deploy", &ServiceReader::TakeDeploy},
    {"scale", &ServiceReader::TakeScale},
    {"healthcheck", &ServiceReader::TakeHealthCheck},
    {"container_name", &ServiceReader::TakeContainerName},
    {"profiles", &ServiceReader::TakeProfiles},
    {"extends", &ServiceReader::TakeExtends},
    {"volumes", &ServiceReader::TakeVolumes},
    {"volumes_from", &ServiceReader::TakeVolumesFrom},
    {"read_only", &ServiceReader::TakeReadOnly},
    {nullptr, nullptr},
};

template <typename T>
void TakeOver(std::optional<T>& base, std::optional<T>& over) {
  if (over.has_value()) base = std::move(over);
}

template <typename Map>
void TakeOver(Map& base, Map& over) {
  for (auto& [key, value] : over) base[key] = std::move(value);
}

template <typename T>
void Append(std::vector<T>& base, std::vector<T>& over) {
  base.insert(base.end(), std::make_move_iterator(over.begin()),
              std::make_move_iterator(over.end()));
}

}  // namespace

absl::StatusOr<ComposeService> ReadComposeService(const std::string& name, const YamlTree& tree,
                                                  std::vector<MisspeltKey>& misspelt) {
  return ServiceReader(name, tree).Read(misspelt);
}

ComposeService MergedService(ComposeService base, ComposeService over) {
  base.name = over.name;
  base.place = over.place;
  TakeOver(base.image, over.image);
  TakeOver(base.process_keys, over.process_keys);
  TakeOver(base.environment, over.environment);
  TakeOver(base.labels, over.labels);
  Append(base.env_files, over.env_files);
  Append(base.ports, over.ports);
  TakeOver(base.networks, over.networks);
  TakeOver(base.network_mode, over.network_mode);
  TakeOver(base.replicas, over.replicas);
  TakeOver(base.scale, over.scale);
  TakeOver(base.has_health_check, over.has_health_check);
  TakeOver(base.health_check_program, over.health_check_program);
  TakeOver(base.container_name, over.container_name);
  Append(base.profiles, over.profiles);
  for (const ComposeMount& mount : over.mounts) {
    std::erase_if(base.mounts,
                  [&mount](const ComposeMount& other) { return other.target == mount.target; });
  }
  Append(base.mounts, over.mounts);
  Append(base.volumes_from, over.volumes_from);
  TakeOver(base.read_only, over.read_only);
  base.extends_service = std::move(over.extends_service);
  base.extends_file = std::move(over.extends_file);
  return base;
}

}  // namespace fairlead
