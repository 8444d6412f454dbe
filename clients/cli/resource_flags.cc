#include "clients/cli/resource_flags.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

struct TypeWords {
  const char* type;
  const char* plural;
  const char* message;  // the end of the type URL
};

constexpr TypeWords kTypeWords[] = {
    {"CDS", "clusters", ".Cluster"},   {"EDS", "endpoints", ".ClusterLoadAssignment"},
    {"LDS", "listeners", ".Listener"}, {"RDS", "routes", ".RouteConfiguration"},
    {"SDS", "secrets", ".Secret"},
};

int Scopes(const ResourceArguments& arguments) {
  return (arguments.node.empty() ? 0 : 1) + (arguments.group.empty() ? 0 : 1) +
         (arguments.all ? 1 : 0);
}

absl::Status CheckOneScope(const ResourceArguments& arguments, bool required) {
  const int scopes = Scopes(arguments);
  if (scopes == 1 || (scopes == 0 && !required)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(scopes == 0 ? "for whom is missing" : "there is more than one scope",
                   "; write --node ID, --group GROUP or --all, one of them"));
}

absl::Status CheckType(const ResourceArguments& arguments) {
  if (arguments.type.empty()) return absl::OkStatus();
  return ResourceTypeOf(arguments.type).status();
}

}  // namespace

void AddScopeFlags(Flags& flags, ResourceArguments* arguments) {
  flags.VariablePrefix("RESOURCES_");
  flags.Add("--node", "ID", "Of the one proxy with this node id.", &arguments->node);
  flags.Add("--group", "GROUP", "Of the proxies of this group.", &arguments->group);
  flags.AddSwitch("--all", "Of all proxies but those that are sent only their own.",
                  &arguments->all);
}

void AddPutFlags(Flags& flags, ResourceArguments* arguments) {
  flags.Add("-f,--file", "FILE",
            "The resources: a list in YAML or JSON, each with its \"@type\"; - is the standard "
            "input. Required.",
            &arguments->file);
  flags.Add("--version", "VERSION",
            "What proxies see as the version of these types, until other content changes them; "
            "without, a hash of the content.",
            &arguments->version);
  flags.AddSwitch("--replace",
                  "Delete what there is of the types in the file and is not in the file.",
                  &arguments->replace);
}

absl::Status CheckPut(const ResourceArguments& arguments) {
  if (arguments.file.empty()) {
    return absl::InvalidArgumentError(
        "--file is missing; write -f FILE, or -f - for the standard input");
  }
  return CheckOneScope(arguments, /*required=*/true);
}

absl::Status CheckDelete(const ResourceArguments& arguments) {
  if (arguments.names.empty()) {
    return absl::InvalidArgumentError(
        "what to delete is missing; write a type and a name, as in clusters web");
  }
  const absl::Status type = CheckType(arguments);
  return type.ok() ? CheckOneScope(arguments, /*required=*/true) : type;
}

absl::Status CheckList(const ResourceArguments& arguments) {
  const absl::Status type = CheckType(arguments);
  return type.ok() ? CheckOneScope(arguments, /*required=*/false) : type;
}

absl::Status CheckGet(const ResourceArguments& arguments) {
  if (arguments.names.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("unexpected argument '", Quoted(arguments.names[1]), "'"));
  }
  const absl::Status type = CheckType(arguments);
  return type.ok() ? CheckOneScope(arguments, /*required=*/true) : type;
}

absl::Status CheckProxyConfig(const ResourceArguments& arguments) {
  if (arguments.node.empty()) {
    return absl::InvalidArgumentError(
        "the proxy is missing; write its node id, as 'fairlead proxies' shows it");
  }
  return CheckType(arguments);
}

v1::ResourceScope ScopeIn(const ResourceArguments& arguments) {
  v1::ResourceScope scope;
  if (!arguments.node.empty()) scope.set_node_id(arguments.node);
  if (!arguments.group.empty()) scope.set_group(arguments.group);
  if (arguments.all) scope.set_all(true);
  return scope;
}

absl::StatusOr<std::string> ResourceTypeOf(absl::string_view word) {
  const std::string lower = absl::AsciiStrToLower(word);
  for (const TypeWords& words : kTypeWords) {
    const absl::string_view plural = words.plural;
    if (lower == absl::AsciiStrToLower(words.type) || lower == plural ||
        lower == plural.substr(0, plural.size() - 1) ||
        (absl::StartsWith(word, "type.googleapis.com/envoy.") &&
         absl::EndsWith(word, words.message))) {
      return std::string(words.type);
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", Quoted(word), "' is no type of resource; write clusters, endpoints, ",
                   "listeners, routes or secrets"));
}

}  // namespace fairlead
