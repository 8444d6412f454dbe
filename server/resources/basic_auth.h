#pragma once

#include <google/protobuf/any.pb.h>
#include <google/protobuf/map.h>

#include <cstddef>
#include <optional>
#include <string>

#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "server/passwords/password_file.h"

namespace fairlead {

// The filters that ask for passwords where a route says so: one that knows the users, and one that
// asks the server (passwords/authorization_service.h).
inline constexpr char kBasicAuthFilter[] = "envoy.filters.http.basic_auth";
inline constexpr char kAskServerFilter[] = "envoy.filters.http.ext_authz";

// Users of a file that proxies check by themselves, in bytes: each route of the host has them.
inline constexpr size_t kMostUsersOfProxies = 16 << 10;

// The file's users as proxies check them by themselves; none: they cannot, for it has users with
// other hashes than {SHA}, or too many, or such with names that are not printable ASCII. (Envoy
// refuses the whole configuration for a line of any other hash.)
std::optional<std::string> UsersOfProxies(const PasswordFile& file);

// Adds the filters, which let everyone pass but for routes that say otherwise, so that a password
// file more changes no listener. Whoever is refused is asked for a password by a name of the area:
// the filter's own is the request's URL, which would be another area for each page.
void AddPasswordFilters(
    envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager&
        manager);

// A route with that configuration of filters asks for the passwords of `file`. While the server
// cannot be asked nobody is let in (503), but for those whom proxies know.
void AskForPasswords(const PasswordFile& file,
                     google::protobuf::Map<std::string, google::protobuf::Any>& filters);

}  // namespace fairlead
