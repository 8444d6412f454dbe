#include "server/resources/basic_auth.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "envoy/extensions/filters/http/basic_auth/v3/basic_auth.pb.h"
#include "envoy/extensions/filters/http/ext_authz/v3/ext_authz.pb.h"

namespace fairlead {
namespace {

using envoy::config::core::v3::HeaderValueOption;
using envoy::extensions::filters::http::basic_auth::v3::BasicAuth;
using envoy::extensions::filters::http::basic_auth::v3::BasicAuthPerRoute;
using envoy::extensions::filters::http::ext_authz::v3::ExtAuthz;
using envoy::extensions::filters::http::ext_authz::v3::ExtAuthzPerRoute;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

constexpr char kChallenge[] = "Basic realm=\"Restricted access\"";

// Envoy takes no empty list of users. This one's password is not known: its SHA-1 would be zero.
constexpr char kNobody[] = "nobody:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
// The cluster that is the server, in the bootstrap that `fairlead bootstrap` writes.
constexpr char kServerCluster[] = "xds_cluster";
// Longer than the server takes: it says itself that it is too busy (PasswordGuard).
constexpr int kServerSeconds = 8;

bool IsAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

ExtAuthz AskServer() {
  ExtAuthz filter;
  filter.mutable_grpc_service()->mutable_envoy_grpc()->set_cluster_name(kServerCluster);
  filter.mutable_grpc_service()->mutable_timeout()->set_seconds(kServerSeconds);
  filter.set_transport_api_version(envoy::config::core::v3::V3);
  filter.set_failure_mode_allow(false);
  filter.mutable_status_on_error()->set_code(envoy::type::v3::StatusCode::ServiceUnavailable);
  // The server is told nothing else of the request.
  auto& header = *filter.mutable_allowed_headers()->add_patterns();
  header.set_exact("authorization");
  header.set_ignore_case(true);
  return filter;
}

template <typename Filter>
void AddFilter(const char* name, const Filter& configuration, HttpConnectionManager& manager) {
  auto& filter = *manager.add_http_filters();
  filter.set_name(name);
  filter.mutable_typed_config()->PackFrom(configuration);
  filter.set_disabled(true);
}

// Of answers with 401 that are the proxy's own: only the filters of passwords give them.
void NameTheArea(HttpConnectionManager& manager) {
  auto& mapper = *manager.mutable_local_reply_config()->add_mappers();
  auto& is_401 = *mapper.mutable_filter()->mutable_status_code_filter()->mutable_comparison();
  is_401.mutable_value()->set_default_value(401);
  // Envoy wants a name, by which people could override it.
  is_401.mutable_value()->set_runtime_key("fairlead.refused_status");
  auto& header = *mapper.add_headers_to_add();
  header.mutable_header()->set_key("WWW-Authenticate");
  header.mutable_header()->set_value(kChallenge);
  header.set_append_action(HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD);
}

}  // namespace

std::optional<std::string> UsersOfProxies(const PasswordFile& file) {
  std::string users;
  for (const PasswordUser& user : file.users) {
    if (SchemeOf(user.hash) != PasswordScheme::kSha1 || !IsAscii(user.name)) return std::nullopt;
    absl::StrAppend(&users, user.name, ":", user.hash, "\n");
    if (users.size() > kMostUsersOfProxies) return std::nullopt;
  }
  return users.empty() ? kNobody : users;
}

void AddPasswordFilters(HttpConnectionManager& manager) {
  BasicAuth nobody;
  nobody.mutable_users()->set_inline_string(kNobody);
  AddFilter(kBasicAuthFilter, nobody, manager);
  AddFilter(kAskServerFilter, AskServer(), manager);
  NameTheArea(manager);
}

void AskForPasswords(const PasswordFile& file,
                     google::protobuf::Map<std::string, google::protobuf::Any>& filters) {
  if (std::optional<std::string> users = UsersOfProxies(file); users.has_value()) {
    BasicAuthPerRoute known;
    known.mutable_users()->set_inline_string(*std::move(users));
    filters[kBasicAuthFilter].PackFrom(known);
    return;
  }
  ExtAuthzPerRoute ask;
  (*ask.mutable_check_settings()->mutable_context_extensions())[kPasswordFileExtension] = file.name;
  filters[kAskServerFilter].PackFrom(ask);
}

}  // namespace fairlead
