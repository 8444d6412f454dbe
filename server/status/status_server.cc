#include "server/status/status_server.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/admin/names.h"
#include "server/base/log.h"
#include "server/base/version.h"
#include "server/status/page.h"

namespace fairlead {
namespace {

constexpr char kJson[] = "application/json";
constexpr int kLongestRefresh = 3600;

std::string Value(const HttpRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

HttpReply JsonReply(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  HttpReply reply{.content_type = kJson, .body = {}};
  const auto status = google::protobuf::util::MessageToJsonString(message, &reply.body, options);
  if (status.ok()) return reply;
  return {.status = 500, .body = absl::StrCat("cannot write JSON: ", status.ToString(), "\n")};
}

HttpReply JsonError(int status, absl::string_view message) {
  const nlohmann::json error = {{"error", std::string(message)}};
  return {.status = status,
          .content_type = kJson,
          .body = error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

HttpReply Version() {
  const nlohmann::json version = {{"name", "fairlead-server"}, {"version", kVersion}};
  return {.content_type = kJson, .body = version.dump() + "\n"};
}

}  // namespace

absl::StatusOr<std::unique_ptr<StatusServer>> StatusServer::Listen(const std::string& address,
                                                                   Inspection& inspection,
                                                                   Readiness readiness,
                                                                   const Clock& clock,
                                                                   HttpServer::Patience patience) {
  std::unique_ptr<StatusServer> server(new StatusServer(inspection, std::move(readiness), clock));
  absl::StatusOr<std::unique_ptr<HttpServer>> http = HttpServer::Listen(
      address, [self = server.get()](const HttpRequest& request) { return self->Answer(request); },
      patience);
  if (!http.ok()) return http.status();
  server->http_ = *std::move(http);
  return server;
}

HttpReply StatusServer::Answer(const HttpRequest& request) {
  if (request.path == "/healthz") return {.body = "ok\n"};
  if (request.path == "/readyz") return Ready();
  if (request.path == "/version") return Version();
  if (request.path == "/") return Page(request);
  absl::string_view noun = request.path;
  if (absl::ConsumePrefix(&noun, "/api/v1/")) return Api(std::string(noun), Value(request, "name"));
  return {.status = 404,
          .body = absl::StrCat("there is no '", Quoted(request.path),
                               "'; there are /, /healthz, /readyz, /version and /api/v1/\n")};
}

HttpReply StatusServer::Ready() {
  const absl::Status readiness = readiness_();
  if (readiness.ok()) return {.body = "ready\n"};
  return {.status = 503, .body = absl::StrCat("not ready: ", readiness.message(), "\n")};
}

HttpReply StatusServer::Page(const HttpRequest& request) {
  PageContent content;
  const std::string refresh = Value(request, "refresh");
  if (!refresh.empty() &&
      (!absl::SimpleAtoi(refresh, &content.refresh_seconds) || content.refresh_seconds < 1 ||
       content.refresh_seconds > kLongestRefresh)) {
    return {.status = 400,
            .body = absl::StrCat("refresh is in seconds, from 1 to ", kLongestRefresh,
                                 ", as in /?refresh=5\n")};
  }
  content.readiness = readiness_();
  inspection_.Hosts(content.hosts);
  inspection_.Services("", content.services);
  inspection_.Endpoints("", content.endpoints);
  inspection_.Proxies(content.proxies);
  inspection_.Problems(content.problems);
  content.now = clock_.Wall();
  return {.content_type = "text/html; charset=utf-8", .body = RenderPage(content)};
}

HttpReply StatusServer::Api(const std::string& noun, const std::string& name) {
  const auto named = [&](const auto& response, size_t count, auto has_name) {
    if (count > 0 || name.empty()) return JsonReply(response);
    v1::ListServicesResponse all;
    inspection_.Services("", all);
    const absl::Status known = has_name(all, name);
    return known.ok() ? JsonReply(response) : JsonError(404, absl::string_view(known.message()));
  };
  if (noun == "hosts") {
    v1::ListHostsResponse response;
    inspection_.Hosts(response);
    return JsonReply(response);
  }
  if (noun == "services") {
    v1::ListServicesResponse response;
    inspection_.Services(name, response);
    return named(response, response.services_size(), HasService);
  }
  if (noun == "endpoints") {
    v1::ListEndpointsResponse response;
    inspection_.Endpoints(name, response);
    return named(response, response.endpoints_size(), HasServiceOrCluster);
  }
  if (noun == "proxies") {
    v1::ListProxiesResponse response;
    inspection_.Proxies(response);
    return JsonReply(response);
  }
  if (noun == "problems") {
    v1::ListProblemsResponse response;
    inspection_.Problems(response);
    return JsonReply(response);
  }
  return JsonError(404, absl::StrCat("there is no '", Quoted(noun),
                                     "'; there are hosts, services, endpoints, proxies and "
                                     "problems"));
}

}  // namespace fairlead
