#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/compose/yaml_tree.h"

namespace fairlead {

// A text, and where it is written.
struct PlacedText {
  std::string text;
  SourcePlace place;
};

// A value of `environment`; none: the one that the environment of Compose has, if it has any.
struct PlacedValue {
  std::optional<std::string> value;
  SourcePlace place;
};

struct ComposeEnvFile {
  std::string path;
  bool required = true;
  SourcePlace place;
};

// A port of the container that is exposed or published.
struct ComposePort {
  uint16_t container_port = 0;
  std::string protocol = "tcp";  // "tcp", "udp" or "sctp"
  uint16_t host_port = 0;        // 0: not published, or at a port that the engine will choose
  std::string host_ip;           // empty: all addresses

  friend bool operator==(const ComposePort&, const ComposePort&) = default;
};

struct ComposeMount {
  std::string source;  // a path, or a volume's name; empty: a volume without a name, or a tmpfs
  std::string target;  // in the container
  bool is_path = false;
  SourcePlace place;
};

// What one service asks for, as far as routing is concerned. What nobody said is empty.
struct ComposeService {
  std::string name;
  SourcePlace place;
  std::optional<PlacedText> image;
  // Where the keys stand that decide what runs in it, beside its image: `build`, `command`,
  // `entrypoint` and `user`.
  std::map<std::string, SourcePlace> process_keys;
  std::map<std::string, PlacedValue> environment;
  std::map<std::string, PlacedText> labels;
  std::vector<ComposeEnvFile> env_files;
  std::vector<ComposePort> ports;  // of `ports` and `expose`
  std::map<std::string, SourcePlace> networks;
  std::optional<PlacedText> network_mode;
  std::optional<uint32_t> replicas;  // deploy.replicas
  std::optional<uint32_t> scale;
  std::optional<bool> has_health_check;
  // The program that the file's health check starts; "sh" where it is a line for the shell.
  std::optional<PlacedText> health_check_program;
  std::optional<PlacedText> container_name;
  std::vector<std::string> profiles;
  std::vector<ComposeMount> mounts;
  std::vector<PlacedText> volumes_from;
  std::optional<bool> read_only;
  std::optional<PlacedText> extends_service;
  std::string extends_file;  // empty: the same file
};

// Likely misspelt keys of a service: Compose would refuse them or pass over what they say.
struct MisspeltKey {
  std::string service;
  std::string key;
  std::string meant;
  SourcePlace place;
};

// Reads what stands below the service's name, its variables replaced already. What does not concern
// routing is not looked at. INVALID_ARGUMENT names the line: what has another form than Compose
// takes, and what is beyond a bound (1 000 variables, labels, networks, mounts, 16 384 ports, 1 000
// replicas).
absl::StatusOr<ComposeService> ReadComposeService(const std::string& name, const YamlTree& tree,
                                                  std::vector<MisspeltKey>& misspelt);

// `over`, where it says something, else `base`, as Compose merges files: variables, labels and
// networks by their names, mounts by their targets; ports, env_files and the rest of what is listed
// come after each other.
ComposeService MergedService(ComposeService base, ComposeService over);

// The forms of a port of `ports` ("8080:80", "127.0.0.1:8000-8010:8000-8010/udp", "80") and of
// `expose` ("3000", "8000/udp"), with all that a range holds. None: it is no port.
std::optional<std::vector<ComposePort>> ParseComposePorts(absl::string_view text);

}  // namespace fairlead
