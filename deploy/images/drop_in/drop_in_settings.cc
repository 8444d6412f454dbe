#include "deploy/images/drop_in/drop_in_settings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

using Variables = std::function<const char*(const char*)>;

// A variable of nginx-proxy's that has no counterpart.
struct Unsupported {
  const char* variable;
  // Values that ask for what happens here anyway, separated by commas: nothing to say.
  const char* same;
  // What happens instead, and what to do.
  const char* instead;
  // It asks for nothing that anybody would miss.
  bool needless = false;
};

constexpr Unsupported kUnsupported[] = {
    {"DEFAULT_ROOT", "404",
     "a path that no container claims is answered with 404; let a container claim the path /"},
    {"PREFER_IPV6_NETWORK", "false",
     "a container's IPv4 address is taken before its IPv6 one; connect it to a network that has "
     "IPv6 alone"},
    {"SHA1_UPSTREAM_NAME", "false",
     "there is no file with names of upstreams; clusters are named PROJECT/SERVICE:PORT", true},
    {"RESOLVERS", "", "no name of a container is resolved: its addresses come from the engine",
     true},
    {"LOG_FORMAT", "",
     "the access log has a form of its own; LOG_JSON=true has fields with names, for a tool to "
     "take "
     "apart"},
    {"LOG_FORMAT_ESCAPE", "", "in the access log with LOG_JSON=true values are escaped as in JSON"},
    {"NO_COLOR", "", "a log that does not go to a terminal has no colours", true},
    {"DEBUG_ENDPOINT", "false",
     "nothing is shown to clients; ask `fairlead problems` and `fairlead services` in this "
     "container"},
    {"DHPARAM_BITS", "", "Envoy has no ciphers with DHE, which these parameters are for", true},
    {"DHPARAM_SKIP", "", "Envoy has no ciphers with DHE", true},
    {"DHPARAM_GENERATION", "", "Envoy has no ciphers with DHE", true},
    {"NGINX_CONTAINER_LABEL", "",
     "this container finds itself without a label; FAIRLEAD_NETWORKS names its networks by hand",
     true},
    {"DOCKER_CONTAINER_FILTERS", "status=running",
     "all containers with a routing word are routed; take VIRTUAL_HOST from those that are not "
     "to be"},
};

// Something that nginx reads and Fairlead does not.
struct UnreadFile {
  const char* path;
  const char* instead;
};

constexpr UnreadFile kUnread[] = {
    {"/etc/nginx/vhost.d",
     "nginx's directives mean nothing to Envoy; see docs/static-resources.md for routes of your "
     "own"},
    {"/etc/nginx/conf.d",
     "nginx's directives mean nothing to Envoy; see docs/static-resources.md for listeners and "
     "clusters of your own"},
    {"/etc/nginx/toplevel.conf.d",
     "nginx's directives mean nothing to Envoy; TCP goes by a listener and a cluster of your own, "
     "see docs/static-resources.md"},
    {"/etc/nginx/proxy.conf",
     "nginx's directives mean nothing to Envoy; containers are sent the headers of that file's "
     "default all the same, see docs/labels.md"},
    {"/etc/nginx/network_internal.conf",
     "NETWORK_ACCESS=internal has rules of its own, see docs/labels.md"},
    {"/etc/nginx/nginx.conf",
     "nginx's directives mean nothing to Envoy; see docs/static-resources.md for listeners, "
     "clusters and routes of your own"},
    {"/etc/nginx/dhparam", "Envoy has no ciphers with DHE, which these parameters are for"},
    {"/app/nginx.tmpl", "there is no template; routes come from the containers' words"},
};

// Settings of the server that are called otherwise here. Without a value its own default holds,
// which is nginx-proxy's. It checks them itself, and says what to write.
constexpr std::pair<const char*, const char*> kServerSettings[] = {
    {"HTTPS_METHOD", "https-method"},
    {"NON_GET_REDIRECT", "non-get-redirect"},
    {"HSTS", "hsts"},
    {"SSL_POLICY", "ssl-policy"},
};

std::string Value(const Variables& variables, const char* name, const char* otherwise = "") {
  const char* value = variables(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

bool IsAmong(absl::string_view value, absl::string_view list) {
  const std::vector<absl::string_view> items = absl::StrSplit(list, ',');
  return std::find(items.begin(), items.end(), value) != items.end();
}

absl::StatusOr<uint16_t> ReadPort(const Variables& variables, const char* name,
                                  const char* otherwise) {
  const std::string text = Value(variables, name, otherwise);
  uint32_t port = 0;
  if (!absl::SimpleAtoi(text, &port) || port < 1 || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, "=", Quoted(text), " is no port; write a number from 1 to 65535"));
  }
  return static_cast<uint16_t>(port);
}

// Where the status page is served: it is also how this program sees that the server is up.
absl::Status ReadStatusListen(const Variables& variables, DropInSettings& settings) {
  constexpr char kName[] = "FAIRLEAD_HTTP_LISTEN";
  settings.status_listen = Value(variables, kName, "127.0.0.1:18080");
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(settings.status_listen, absl::MaxSplits(':', 1));
  uint32_t port = 0;
  if (IsAmong(parts.first, "127.0.0.1,0.0.0.0") && absl::SimpleAtoi(parts.second, &port) &&
      port > 0 && port <= 65535) {
    settings.status_port = static_cast<uint16_t>(port);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(kName, "=", Quoted(settings.status_listen),
                   " is not taken here; write 127.0.0.1:PORT, or 0.0.0.0:PORT for all addresses "
                   "(which takes FAIRLEAD_INSECURE=true too)"));
}

// As nginx-proxy's templates read a switch (Go's strconv.ParseBool).
absl::StatusOr<bool> ReadSwitch(const Variables& variables, const char* name, bool otherwise) {
  const std::string text = Value(variables, name, otherwise ? "true" : "false");
  if (IsAmong(text, "true,True,TRUE,t,T,1")) return true;
  if (IsAmong(text, "false,False,FALSE,f,F,0")) return false;
  return absl::InvalidArgumentError(
      absl::StrCat(name, "=", Quoted(text), " is no switch; write true or false"));
}

// Switches of nginx-proxy's that are settings of the server.
absl::Status ReadSwitches(const Variables& variables, DropInSettings& settings) {
  bool ipv6 = false;
  bool proxy_protocol = false;
  bool trust = false;
  bool log_json = false;
  bool no_log = false;
  bool http3 = false;
  bool unknown_challenges = false;
  const std::pair<const char*, bool&> switches[] = {
      {"ENABLE_IPV6", ipv6},
      {"ENABLE_PROXY_PROTOCOL", proxy_protocol},
      {"TRUST_DOWNSTREAM_PROXY", trust},
      {"LOG_JSON", log_json},
      {"DISABLE_ACCESS_LOGS", no_log},
      {"ENABLE_HTTP3", http3},
      {"ACME_HTTP_CHALLENGE_ACCEPT_UNKNOWN_HOST", unknown_challenges}};
  for (const auto& [name, value] : switches) {
    const absl::StatusOr<bool> read = ReadSwitch(variables, name, false);
    if (!read.ok()) return read.status();
    value = *read;
  }
  const char* const any = ipv6 ? "[::]" : "0.0.0.0";
  settings.server_arguments.push_back(
      absl::StrCat("--http-listener=", any, ":", settings.http_port));
  settings.server_arguments.push_back(
      absl::StrCat("--https-listener=", any, ":", settings.https_port));
  settings.server_arguments.push_back(
      absl::StrCat("--access-log=", no_log ? "off" : (log_json ? "json" : "text")));
  if (proxy_protocol) settings.server_arguments.push_back("--proxy-protocol");
  if (http3) settings.server_arguments.push_back("--http3");
  if (unknown_challenges) {
    settings.server_arguments.push_back("--acme-http-challenge-accept-unknown-host");
  }
  if (trust) settings.server_arguments.push_back("--trust-downstream-proxy");
  // nginx-proxy believes them unless told otherwise, and warns of it. Here a client could pass for
  // one of a private network (NETWORK_ACCESS=internal).
  if (Value(variables, "TRUST_DOWNSTREAM_PROXY").empty()) {
    settings.notes.push_back(
        {false,
         "TRUST_DOWNSTREAM_PROXY is not set: unlike nginx-proxy, X-Forwarded-Proto, -Host, -Port "
         "and "
         "-Ssl of clients are overwritten, as X-Real-IP is; X-Forwarded-For is kept, with the "
         "client's own address as its last, which is the one to believe. Set it to true if another "
         "proxy stands in front, and only then",
         "TRUST_DOWNSTREAM_PROXY"});
  }
  return absl::OkStatus();
}

// How hosts with a certificate are served, where no container says otherwise.
absl::Status ReadHttps(const Variables& variables, DropInSettings& settings) {
  settings.server_arguments.push_back("--certificates-dir=/etc/nginx/certs");
  for (const auto& [variable, flag] : kServerSettings) {
    const std::string value = Value(variables, variable);
    if (!value.empty()) settings.server_arguments.push_back(absl::StrCat("--", flag, "=", value));
  }
  const std::pair<const char*, const char*> switches[] = {
      {"TRUST_DEFAULT_CERT", "trust-default-cert"},
      {"ENABLE_HTTP_ON_MISSING_CERT", "enable-http-on-missing-cert"},
      {"ENABLE_HTTP2", "http2"}};
  for (const auto& [variable, flag] : switches) {
    const absl::StatusOr<bool> on = ReadSwitch(variables, variable, true);
    if (!on.ok()) return on.status();
    if (!*on) settings.server_arguments.push_back(absl::StrCat("--", flag, "=false"));
  }
  // "legacy" tells nginx-proxy who writes nginx's directives for challenges; there are none here.
  const std::string challenges = Value(variables, "ACME_HTTP_CHALLENGE_LOCATION", "true");
  if (challenges == "legacy") return absl::OkStatus();
  const absl::StatusOr<bool> on = ReadSwitch(variables, "ACME_HTTP_CHALLENGE_LOCATION", true);
  if (!on.ok()) return on.status();
  if (!*on) settings.server_arguments.push_back("--acme-http-challenge-location=false");
  return absl::OkStatus();
}

// What nginx-proxy sends with 500, 502, 503 and 504 where it is mounted.
constexpr char kErrorPage[] = "/usr/share/nginx/html/errors/50x.html";

bool IsMounted(const char* path, const std::vector<MountedFile>& mounted) {
  return std::any_of(mounted.begin(), mounted.end(),
                     [&](const MountedFile& file) { return file.path == path; });
}

void AddNotes(const Variables& variables, const std::vector<MountedFile>& mounted,
              std::vector<DropInNote>& notes) {
  for (const Unsupported& row : kUnsupported) {
    const std::string value = Value(variables, row.variable);
    if (value.empty() || IsAmong(value, row.same)) continue;
    notes.push_back(
        {!row.needless,
         absl::StrCat(row.variable, "=", Quoted(value),
                      row.needless ? " has no effect: " : " is not supported: ", row.instead),
         row.variable});
  }
  for (const MountedFile& file : mounted) {
    for (const UnreadFile& row : kUnread) {
      if (file.path != row.path) continue;
      std::string text = absl::StrCat(file.path, " is not read: ", row.instead);
      if (!file.names.empty()) {
        absl::StrAppend(&text, " (there: ", Quoted(absl::StrJoin(file.names, ", ")), ")");
      }
      notes.push_back({true, std::move(text), row.path});
    }
  }
}

}  // namespace

absl::StatusOr<DropInSettings> ReadDropInSettings(const Variables& variables,
                                                  const std::vector<MountedFile>& mounted) {
  DropInSettings settings;
  settings.docker_host = Value(variables, "DOCKER_HOST", "unix:///tmp/docker.sock");
  settings.certificate_directory = Value(variables, "DOCKER_CERT_PATH");
  settings.tls_verify = Value(variables, "DOCKER_TLS_VERIFY");
  // Not the hostname, which is another one in each new container, while the host stays.
  settings.host_id = Value(variables, "FAIRLEAD_HOST_ID", "local");
  settings.networks =
      absl::StrSplit(Value(variables, "FAIRLEAD_NETWORKS"), ',', absl::SkipWhitespace());
  for (std::string& network : settings.networks) {
    network = std::string(absl::StripAsciiWhitespace(network));
  }

  const absl::StatusOr<uint16_t> http_port = ReadPort(variables, "HTTP_PORT", "80");
  if (!http_port.ok()) return http_port.status();
  settings.http_port = *http_port;
  const absl::StatusOr<uint16_t> https_port = ReadPort(variables, "HTTPS_PORT", "443");
  if (!https_port.ok()) return https_port.status();
  settings.https_port = *https_port;
  if (settings.https_port == settings.http_port) {
    return absl::InvalidArgumentError(absl::StrCat(
        "HTTP_PORT and HTTPS_PORT are both ", settings.http_port, "; write two ports that differ"));
  }
  if (const absl::Status status = ReadStatusListen(variables, settings); !status.ok()) {
    return status;
  }
  if (const absl::Status status = ReadSwitches(variables, settings); !status.ok()) return status;
  if (const absl::Status status = ReadHttps(variables, settings); !status.ok()) return status;
  settings.server_arguments.push_back("--htpasswd-dir=/etc/nginx/htpasswd");
  // What nginx-proxy says of a name that nobody claims, and nginx of a container that does not take
  // connections.
  settings.server_arguments.push_back("--unknown-host-status=503");
  settings.server_arguments.push_back("--unreachable-status=502");
  const std::string default_host = Value(variables, "DEFAULT_HOST");
  if (!default_host.empty()) {
    settings.server_arguments.push_back(absl::StrCat("--default-host=", default_host));
  }
  if (IsMounted(kErrorPage, mounted)) {
    settings.server_arguments.push_back(absl::StrCat("--error-page=", kErrorPage));
  }
  settings.agent_arguments = {absl::StrCat("--docker-host=", settings.docker_host),
                              absl::StrCat("--host-id=", settings.host_id)};
  AddNotes(variables, mounted, settings.notes);
  return settings;
}

std::vector<DropInNote> OverruledVariables(const std::function<const char*(const char*)>& variables,
                                           const std::vector<std::string>& arguments) {
  std::vector<DropInNote> notes;
  for (const std::string& argument : arguments) {
    absl::string_view flag = argument;
    if (!absl::ConsumePrefix(&flag, "--")) continue;
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(flag, absl::MaxSplits('=', 1));
    const std::string variable = absl::StrCat(
        "FAIRLEAD_", absl::AsciiStrToUpper(absl::StrReplaceAll(parts.first, {{"-", "_"}})));
    const std::string value = Value(variables, variable.c_str());
    if (value.empty() || value == parts.second) continue;
    notes.push_back({true,
                     absl::StrCat(variable, "=", Quoted(value), " has no effect: this image sets ",
                                  Quoted(argument), " itself; docs/drop-in.md says by what"),
                     variable});
  }
  return notes;
}

}  // namespace fairlead
