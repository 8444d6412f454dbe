#include "server/options.h"

#include <arpa/inet.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/base/file.h"
#include "server/base/settings.h"
#include "server/base/version.h"
#include "server/resources/tls_policy.h"
#include "server/vocabulary/domain_settings.h"
#include "server/vocabulary/host.h"

namespace fairlead {
namespace {

constexpr char kDescription[] =
    "The Fairlead server: takes what the agents of Docker hosts report, works out routes and\n"
    "endpoints, and streams them to proxies as xDS v3.";
constexpr char kEpilogue[] =
    "Example: one machine with Docker, an agent and Envoy\n"
    "  fairlead-server --data-dir /var/lib/fairlead\n"
    "  fairlead-agent\n"
    "  fairlead bootstrap envoy --xds 127.0.0.1:18000 --node-id edge-1 --host $(hostname) "
    ">envoy.yaml\n"
    "  envoy -c envoy.yaml\n";

absl::Status CheckDuration(absl::string_view text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::ZeroDuration()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "it is no duration; write a number with a unit, as in 30s or 10m");
}

absl::Status CheckPositiveDuration(absl::string_view text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::Seconds(1)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("write at least 1s, as a number with a unit");
}

// "HOST:PORT" or "[IPv6]:PORT" into its parts; the host may be empty.
bool SplitAddress(absl::string_view text, std::string& host, int& port) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port) ||
      port < 0 || port > 65535) {
    return false;
  }
  absl::string_view name = text.substr(0, colon);
  if (absl::ConsumePrefix(&name, "[")) absl::ConsumeSuffix(&name, "]");
  host = std::string(name);
  return true;
}

absl::Status CheckListen(absl::string_view text) {
  std::string host;
  int port = 0;
  if (SplitAddress(text, host, port)) return absl::OkStatus();
  return absl::InvalidArgumentError("it is no address; write HOST:PORT, as in 127.0.0.1:18000");
}

// Proxies take it as it is: an IP address, and a port that is known beforehand.
absl::Status CheckListener(absl::string_view text) {
  std::string host;
  int port = 0;
  if (SplitAddress(text, host, port) && !host.empty() && port > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("it is no address; write IP:PORT, as in 0.0.0.0:8080");
}

// The same, for a cluster that has that endpoint.
absl::Status CheckEndpoint(absl::string_view text) {
  std::string host;
  int port = 0;
  in6_addr bytes;
  if (SplitAddress(text, host, port) && port > 0 &&
      (inet_pton(AF_INET, host.c_str(), &bytes) == 1 ||
       inet_pton(AF_INET6, host.c_str(), &bytes) == 1)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("it is no address; write IP:PORT, as in 127.0.0.1:8088");
}

absl::Status CheckDefaultHost(absl::string_view text) {
  return text.empty() ? absl::OkStatus() : ReadHost(text).status();
}

absl::Status CheckHttpsMethod(absl::string_view text) {
  if (HttpsMethodOf(text).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError("write redirect, noredirect, nohttp or nohttps");
}

absl::Status CheckRedirect(absl::string_view text) {
  if (text == "301" || text == "307" || text == "308") return absl::OkStatus();
  return absl::InvalidArgumentError("write 301, 307 or 308");
}

absl::Status CheckHsts(absl::string_view text) {
  if (HstsOf(text).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError("write a header's value, as in max-age=31536000, or off");
}

absl::Status CheckTlsPolicy(absl::string_view text) {
  if (FindTlsPolicy(text) != nullptr) return absl::OkStatus();
  std::vector<std::string> names;
  for (const TlsPolicy& policy : TlsPolicies()) names.push_back(policy.name);
  return absl::InvalidArgumentError(
      absl::StrCat("it is no policy; write one of ", absl::StrJoin(names, ", ")));
}

ListenerSettings::AccessLog AccessLogOf(absl::string_view form) {
  if (form == "text") return ListenerSettings::AccessLog::kText;
  return form == "json" ? ListenerSettings::AccessLog::kJson : ListenerSettings::AccessLog::kOff;
}

absl::Status CheckAccessLog(absl::string_view form) {
  if (form == "text" || form == "json" || form == "off") return absl::OkStatus();
  return absl::InvalidArgumentError("there is no such form; write text, json or off");
}

// Takes the file into `page`: once, since each other page is another listener, whose connections
// proxies would drain.
Settings::Check ReadPageInto(std::string& page) {
  return [&page](absl::string_view path) {
    absl::StatusOr<std::string> content = ReadFile(std::string(path), Pages::kLargest);
    if (!content.ok()) return content.status();
    if (content->empty()) return absl::InvalidArgumentError("it is empty; name a page in HTML");
    page = *std::move(content);
    return absl::OkStatus();
  };
}

// Settings that are text on the command line and something else in the options.
struct Texts {
  std::string http_listener = "0.0.0.0:8080";
  std::string https_listener = "0.0.0.0:8443";
  std::string https_method = "redirect";
  std::string hsts = "max-age=31536000";
  std::string ssl_policy = kDefaultTlsPolicy;
  std::string non_get_redirect = "301";
  bool trust_default_cert = true;
  bool enable_http_on_missing_cert = true;
  bool acme_http_challenge_location = true;
  std::string acme_responder;
  bool http2 = true;
  bool http3 = false;
  std::string access_log = "off";
  std::string error_page;
  std::string unavailable_page;
  std::string default_host;
  int64_t unknown_host_status = 404;
  int64_t unreachable_status = 503;
  std::vector<std::string> groups = {"default"};
  std::vector<std::string> routable_networks;
  std::string host_timeout = "30s";
  std::string forget_after = "10m";
  std::string empty_service_retention = "24h";
  std::string warm_up = "10s";
  int64_t xds_threads = 0;
  int64_t max_xds_streams = 16'384;
  int64_t max_xds_names = 100'000;
  int64_t max_xds_total_names = 20'000'000;
  int64_t max_xds_message_bytes = 16 << 20;
  std::string xds_keepalive_time = "30s";
  std::string xds_keepalive_timeout = "10s";
  std::string xds_first_message_timeout = "30s";
};

void Declare(Settings& settings, ServerOptions& options, Texts& texts) {
  settings.Section("Where it listens (port 0 takes a free one, and prints it)");
  settings.Add("xds-listen", "ADDR", "For proxies: xDS v3 over gRPC.", &options.xds_listen,
               CheckListen);
  settings.Add("agent-listen", "ADDR", "For agents.", &options.agent_listen, CheckListen);
  settings.Add("admin-listen", "ADDR", "For the command line `fairlead`.", &options.admin_listen,
               CheckListen);
  settings.Add("http-listen", "ADDR", "For the status page, /healthz and /readyz.",
               &options.http_listen, CheckListen);
  AddTlsSettings(settings, &options.tls);

  settings.Section("What proxies are told");
  settings.Add("http-listener", "ADDR", "Where the default group's proxies listen for HTTP.",
               &texts.http_listener, CheckListener);
  settings.Add("https-listener", "ADDR",
               "Where they listen for HTTPS, while there is a certificate for any host.",
               &texts.https_listener, CheckListener);
  settings.Add("https-method", "METHOD",
               "What hosts with a certificate get in clear text: redirect (to https), noredirect "
               "(the same), nohttp (nothing), or nohttps: no https. A container's HTTPS_METHOD "
               "wins, and so with the next ones.",
               &texts.https_method, CheckHttpsMethod);
  settings.Add("hsts", "VALUE",
               "Strict-Transport-Security of hosts whose clear text is redirected or none; off: "
               "none is sent.",
               &texts.hsts, CheckHsts);
  settings.Add("ssl-policy", "POLICY", "Versions and ciphers of TLS (docs/certificates.md).",
               &texts.ssl_policy, CheckTlsPolicy);
  settings.Add("non-get-redirect", "STATUS",
               "Of redirects to https for methods other than GET and HEAD: 301, 307 or 308.",
               &texts.non_get_redirect, CheckRedirect);
  settings.Add("trust-default-cert",
               "The certificate `default` serves hosts that have none, and whoever asks for a host "
               "that there is not.",
               &texts.trust_default_cert);
  settings.Add("enable-http-on-missing-cert",
               "Hosts without a certificate are served in clear text, whatever their method.",
               &texts.enable_http_on_missing_cert);
  settings.Add(
      "acme-http-challenge-location",
      "What is below /.well-known/acme-challenge/ goes to the containers, and not to https.",
      &texts.acme_http_challenge_location);
  settings.Add("acme-responder", "ADDR",
               "Who answers these challenges in the containers' place: an HTTP server at IP:PORT, "
               "as proxies reach it, which is asked over plain HTTP by everybody, whatever "
               "passwords and network access the host has. A container that claims that path wins.",
               &texts.acme_responder, CheckEndpoint);
  settings.Add("acme-http-challenge-accept-unknown-host",
               "It answers those of hosts that nobody asks for, too.",
               &options.control.pipeline.resources.http.unknown_hosts_have_acme_responder);
  settings.Add("http2", "HTTP/2 is offered over https. A container's label wins.", &texts.http2);
  settings.Add("http3",
               "Hosts are served over HTTP/3 (QUIC) too, at the same port of UDP, and say so. A "
               "container's label wins.",
               &texts.http3);
  settings.Add(
      "default-host", "HOST",
      "A host that containers ask for (as in VIRTUAL_HOST: a name, a wildcard or a regular "
      "expression), which also gets the requests for hosts that nobody asks for.",
      &texts.default_host, CheckDefaultHost);
  settings.Add("unknown-host-status", "STATUS",
               "What a request gets whose host nobody asks for: 404, or 503 as with nginx-proxy.",
               &texts.unknown_host_status, 400, 599);
  settings.Add("unreachable-status", "STATUS",
               "What a request gets where connections to the containers fail: 503, or 502 as with "
               "nginx-proxy. Without a healthy container it is 503.",
               &texts.unreachable_status, 502, 503);
  settings.Add("trust-downstream-proxy",
               "Proxies stand behind another one, whose X-Forwarded-* headers are believed.",
               &options.control.pipeline.resources.http.settings.trust_downstream_proxy);
  settings.Add("proxy-protocol", "Connections to proxies begin with the PROXY protocol's header.",
               &options.control.pipeline.resources.http.settings.proxy_protocol);
  settings.Add("access-log", "FORM",
               "A line for each request on the proxies' standard output: text, json or off.",
               &texts.access_log, CheckAccessLog);
  Pages& pages = options.control.pipeline.resources.http.settings.pages;
  settings.Add(
      "error-page", "FILE",
      "The page (HTML) that proxies send when they themselves answer 500, 502, 503 or 504; "
      "what containers answer stays as it is. Read at the start.",
      &texts.error_page, ReadPageInto(pages.error));
  settings.Add(
      "unavailable-page", "FILE",
      "The page while no container of a route can be reached; without it the error page, or a "
      "plain one.",
      &texts.unavailable_page, ReadPageInto(pages.unavailable));
  settings.Add("groups", "NAME,...", "Groups of proxies that get the containers' routes.",
               &texts.groups);
  settings.Add("certificates-dir", "DIR",
               "TLS certificates, by nginx-proxy's naming: shop.example.crt and shop.example.key; "
               "watched, and taken up as they change.",
               &options.control.certificates_dir);
  settings.Add("htpasswd-dir", "DIR",
               "Password files, by nginx-proxy's naming: a file shop.example for the host "
               "shop.example; watched, and taken up as they change. It has to be there.",
               &options.control.htpasswd_dir);
  settings.Add("routable-networks", "NAME,...",
               "Docker networks whose addresses are reachable from other hosts, beside overlay, "
               "macvlan and ipvlan.",
               &texts.routable_networks);

  settings.Add(
      "published-ports",
      "Containers are also reached at ports that their hosts publish, where a proxy shares "
      "no network with them.",
      &options.control.pipeline.routing.published_ports);

  settings.Section("When things fail");
  settings.Add(
      "data-dir", "DIR",
      "Where the last state is kept, so that a restart forgets nothing; `memory` keeps nothing.",
      &options.data_dir);
  settings.Add("host-timeout", "TIME",
               "A host that is silent for longer is not trusted where there are others.",
               &texts.host_timeout, CheckDuration);
  settings.Add(
      "forget-after", "TIME",
      "A host that is silent for longer is forgotten, but never the last endpoints of a service.",
      &texts.forget_after, CheckDuration);
  settings.Add(
      "empty-service-retention", "TIME",
      "How long the routes of a service stay, and answer 503, after its last container went.",
      &texts.empty_service_retention, CheckDuration);
  settings.Add(
      "warm-up", "TIME",
      "A server that knows nothing yet answers proxies once its agents have reported, and after "
      "this time at the latest.",
      &texts.warm_up, CheckDuration);

  settings.Section("Limits");
  settings.Add("max-xds-streams", "N", "xDS streams at once.", &texts.max_xds_streams, 1,
               1'000'000);
  settings.Add("max-xds-names", "N", "Resource names that one xDS stream may subscribe to.",
               &texts.max_xds_names, 1, 10'000'000);
  settings.Add("max-xds-total-names", "N",
               "The same of all xDS streams together; a name counts once for each stream.",
               &texts.max_xds_total_names, 1, 10'000'000'000);
  settings.Add("max-xds-message-bytes", "N", "Size of one message of an xDS client.",
               &texts.max_xds_message_bytes, 1 << 10, 1 << 30);
  settings.Add("xds-keepalive-time", "TIME",
               "A connection of an xDS client that is quiet for so long is asked whether it is "
               "still there.",
               &texts.xds_keepalive_time, CheckPositiveDuration);
  settings.Add("xds-keepalive-timeout", "TIME", "Without an answer within this time it is closed.",
               &texts.xds_keepalive_timeout, CheckPositiveDuration);
  settings.Add("xds-first-message-timeout", "TIME",
               "An xDS stream whose client has said nothing for so long is ended.",
               &texts.xds_first_message_timeout, CheckPositiveDuration);
  settings.Add("xds-threads", "N", "Threads for xDS streams; 0: one a core.", &texts.xds_threads, 0,
               64);

  settings.Section("Log (standard error)");
  settings.Add("log-level", "LEVEL", "trace, debug, info, warn, error or off.", &options.log_level);
  settings.Add("log-format", "FORMAT", "text, json, or auto: text on a terminal.",
               &options.log_format);
}

absl::Duration DurationOf(const std::string& text) {
  absl::Duration duration;
  absl::ParseDuration(text, &duration);
  return duration;
}

void Apply(const Texts& texts, ServerOptions& options) {
  Pipeline::Options& pipeline = options.control.pipeline;
  int http_port = 0;
  HttpListeners::Options& http = pipeline.resources.http;
  SplitAddress(texts.http_listener, http.settings.ip, http_port);
  http.port = static_cast<uint16_t>(http_port);
  http.settings.access_log = AccessLogOf(texts.access_log);
  http.settings.pages.unreachable_is_502 = texts.unreachable_status == 502;
  if (!texts.default_host.empty()) http.default_host = *ReadHost(texts.default_host);
  const bool is_name = !http.default_host.empty() && !IsHostRegex(http.default_host) &&
                       !absl::StrContains(http.default_host, '*');
  if (is_name) http.settings.host_of_unnamed = http.default_host;
  http.unknown_host_status = static_cast<int>(texts.unknown_host_status);
  HttpsListeners::Options& https = pipeline.resources.https;
  int https_port = 0;
  https.settings = http.settings;
  SplitAddress(texts.https_listener, https.settings.ip, https_port);
  https.port = static_cast<uint16_t>(https_port);
  https.http_port = http.port;
  http.https_port = https.port;
  https.default_host = http.default_host;
  https.unknown_host_status = http.unknown_host_status;
  https.defaults.https_method = HttpsMethodOf(texts.https_method);
  https.defaults.hsts = HstsOf(texts.hsts);
  https.defaults.ssl_policy = texts.ssl_policy;
  https.defaults.non_get_redirect = std::stoi(texts.non_get_redirect);
  https.defaults.trust_default_certificate = texts.trust_default_cert;
  https.defaults.http_without_certificate = texts.enable_http_on_missing_cert;
  https.defaults.acme_challenge =
      texts.acme_http_challenge_location ? AcmeChallenge::kOn : AcmeChallenge::kOff;
  https.defaults.http2 = texts.http2;
  https.defaults.http3 = texts.http3;
  int responder_port = 0;
  SplitAddress(texts.acme_responder, pipeline.resources.acme_responder.ip, responder_port);
  pipeline.resources.acme_responder.port = static_cast<uint16_t>(responder_port);
  http.unknown_hosts_have_acme_responder &= pipeline.resources.acme_responder.is_there();
  pipeline.resources.groups = texts.groups;
  pipeline.routing.routable_networks.insert(texts.routable_networks.begin(),
                                            texts.routable_networks.end());
  pipeline.routing.empty_services.retention = DurationOf(texts.empty_service_retention);
  pipeline.catalog.liveness.host_timeout = DurationOf(texts.host_timeout);
  pipeline.catalog.liveness.forget_after = DurationOf(texts.forget_after);
  options.control.warm_up = DurationOf(texts.warm_up);
  options.xds.most_streams = static_cast<size_t>(texts.max_xds_streams);
  options.xds.most_names = static_cast<size_t>(texts.max_xds_names);
  options.xds.most_total_names = static_cast<size_t>(texts.max_xds_total_names);
  options.xds.first_message_timeout = DurationOf(texts.xds_first_message_timeout);
  options.xds_port.most_message_bytes = static_cast<int>(texts.max_xds_message_bytes);
  options.xds_port.keepalive_time = DurationOf(texts.xds_keepalive_time);
  options.xds_port.keepalive_timeout = DurationOf(texts.xds_keepalive_timeout);
  options.xds.queues = texts.xds_threads > 0
                           ? static_cast<int>(texts.xds_threads)
                           : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

std::optional<int> ReadServerOptions(int argc, const char* const* argv, ServerOptions& options) {
  Texts texts;
  Settings settings({.name = "fairlead-server",
                     .version = kVersion,
                     .description = kDescription,
                     .epilogue = kEpilogue});
  Declare(settings, options, texts);
  if (const std::optional<int> code = settings.ReadOrExit(argc, argv)) return code;
  Apply(texts, options);
  return std::nullopt;
}

}  // namespace fairlead
