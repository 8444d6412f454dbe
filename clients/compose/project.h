#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/compose/interpolation.h"
#include "clients/compose/service.h"
#include "clients/compose/yaml_tree.h"
#include "server/base/problem.h"

namespace fairlead {

// What is read, and what it is read with.
struct ComposeInput {
  std::vector<std::string> files;  // merged in this order, as by -f A -f B; at least one
  std::string project_name;        // empty: as Compose finds one
  std::string env_file;            // instead of .env beside the first file; empty: that, if there
  std::vector<std::string> profiles;  // beside those of COMPOSE_PROFILES
  // The environment, which wins over .env.
  ComposeVariables environment;
  // The content of a file, or why there is none (NOT_FOUND and so on, with the path).
  std::function<absl::StatusOr<std::string>(const std::string& path)> read_file;
};

struct ComposeNetwork {
  std::string name;    // the engine's
  std::string driver;  // empty: not said
};

// Something wrong with how the file is written, though it can be read.
struct ComposeNotice {
  SourcePlace place;
  std::string service;  // empty: not known, or of none
  std::string word;
  Problem::Severity severity = Problem::Severity::kNotice;
  std::string what;
  std::string cure;
};

// What Compose would start.
struct ComposeProject {
  std::string name;
  // Sorted by name; those that the profiles leave out are not among them. Variables of env_files
  // are in `environment` with their own places, and all that can have a value has it.
  std::vector<ComposeService> services;
  std::vector<std::string> left_out;               // by profiles; sorted
  std::map<std::string, ComposeNetwork> networks;  // by their names in the file
  // A file of the first form, without networks of its own: containers are in the engine's "bridge".
  bool is_first_form = false;
  std::vector<ComposeNotice> notices;
};

// The most files that are read (of -f, `extends` and `env_file`), and services and containers.
inline constexpr size_t kMostComposeFiles = 200;
inline constexpr size_t kMostComposeServices = 1000;
inline constexpr size_t kMostComposeContainers = 5000;
// Of the labels, variables and ports of all containers.
inline constexpr size_t kMostComposeBytes = size_t{32} << 20;

// Reads compose files of the forms that docker-compose 1.29 and Compose 2 take, as far as routing
// is concerned: variables are replaced, `extends` is followed, files are merged, env_files are
// read. INVALID_ARGUMENT: what is malformed or beyond a bound, with its file and line, and what to
// do; errors of `read_file` are passed on.
absl::StatusOr<ComposeProject> ReadComposeProject(const ComposeInput& input);

// How many containers the service has.
uint32_t ReplicasOf(const ComposeService& service);

}  // namespace fairlead
