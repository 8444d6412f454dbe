#include "server/resources/basic_auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/http/basic_auth/v3/basic_auth.pb.h"
#include "envoy/extensions/filters/http/ext_authz/v3/ext_authz.pb.h"
#include "server/resources/host_passwords.h"
#include "server/resources/resources.h"
#include "server/resources/route.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Route RouteTo(const std::string& path, const std::string& pool) {
  Route route;
  route.path = path;
  route.pool = pool;
  return route;
}

constexpr char kSha[] = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
constexpr char kBcrypt[] = "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";

std::shared_ptr<const PasswordFile> Passwords(const std::string& name,
                                              std::vector<PasswordUser> users) {
  return std::make_shared<const PasswordFile>(PasswordFile{name, std::move(users)});
}

TEST(UsersOfProxies, OnlyWhereAllOfThemAreOfTheFormThatEnvoyTakes) {
  EXPECT_EQ(UsersOfProxies({"f", {{"a", kSha}, {"b c", kSha}}}),
            absl::StrCat("a:", kSha, "\nb c:", kSha, "\n"));
  // Envoy refuses an empty list, and would go on with what was before.
  EXPECT_EQ(UsersOfProxies({"f", {}}), "nobody:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
  EXPECT_EQ(UsersOfProxies({"f", {{"a", kSha}, {"b", kBcrypt}}}), std::nullopt);
  EXPECT_EQ(UsersOfProxies({"f", {{"\xc3\xa4", kSha}}}), std::nullopt);
  PasswordFile large;
  for (int i = 0; i < 1000; ++i) large.users.push_back({absl::StrCat("user", i), kSha});
  EXPECT_EQ(UsersOfProxies(large), std::nullopt);
}

// "MATCH > basic_auth USERS", "MATCH > ext_authz FILE", "MATCH > STATUS" or "MATCH > CLUSTER", for
// the methods that may be repeated.
std::vector<std::string> Access(const VirtualHost& host, const Serving& serving) {
  std::vector<std::string> text;
  const auto virtual_host = VirtualHostOf(host, serving);
  for (const auto& route : virtual_host.routes()) {
    if (route.has_route() && route.match().headers_size() == 0) continue;
    std::string match = route.match().has_safe_regex() ? route.match().safe_regex().regex()
                                                       : route.match().prefix();
    if (route.match().has_safe_regex()) {
      // Envoy takes no larger one (its runtime key re2.max_program_size.error_level).
      EXPECT_LE(RE2(match).ProgramSize(), 100) << match;
    }
    std::string to = route.route().cluster();
    if (route.has_direct_response()) to = absl::StrCat(route.direct_response().status());
    if (route.has_redirect()) to = "redirect";
    const auto& filters = route.typed_per_filter_config();
    if (const auto found = filters.find(kBasicAuthFilter); found != filters.end()) {
      envoy::extensions::filters::http::basic_auth::v3::BasicAuthPerRoute users;
      EXPECT_TRUE(found->second.UnpackTo(&users));
      to = absl::StrCat("basic_auth ", users.users().inline_string());
    }
    if (const auto found = filters.find(kAskServerFilter); found != filters.end()) {
      envoy::extensions::filters::http::ext_authz::v3::ExtAuthzPerRoute ask;
      EXPECT_TRUE(found->second.UnpackTo(&ask));
      to = absl::StrCat("ext_authz ", ask.check_settings().context_extensions().at("htpasswd"));
    }
    text.push_back(absl::StrCat(match, " > ", to));
  }
  return text;
}

TEST(Route, AsksForThePasswordsOfItsHostAndPath) {
  const VirtualHost host = {
      "shop.example", {RouteTo("/api", "api:80"), RouteTo("/", "web:80")}, {}};
  const std::string alice = absl::StrCat("alice:", kSha, "\n");
  Serving serving;
  EXPECT_THAT(Access(host, serving), ElementsAre("/api > api:80", "/ > web:80"));
  serving.passwords.host = Passwords("shop.example", {{"alice", kSha}});
  EXPECT_THAT(Access(host, serving),
              ElementsAre("/api > basic_auth " + alice, "/ > basic_auth " + alice));
  serving.has_open_challenges = true;
  const std::string challenge = ".*(?:^/\\.well-known/acme-challenge/[A-Za-z0-9_-]+$).*";
  EXPECT_THAT(Access(host, serving),
              ElementsAre(challenge + " > web:80", "/api > basic_auth " + alice,
                          "/ > basic_auth " + alice));
  // A path of its own: no other spelling of it leads past.
  serving.has_open_challenges = false;
  serving.passwords.paths["/api"] = Passwords("shop.example_1", {{"bob", kBcrypt}});
  EXPECT_THAT(Access(host, serving),
              ElementsAre(testing::EndsWith(" > 400"), "/api > ext_authz shop.example_1",
                          "/ > basic_auth " + alice));
  // Nobody is asked for a password on the way to https.
  serving.redirect.emplace();
  EXPECT_THAT(Access(host, serving), ElementsAre(challenge + " > web:80", "/ > redirect"));
}

TEST(Route, WhatIsNoSpellingOfAnotherPathIsServed) {
  const VirtualHost host = {"shop.example", {RouteTo("/", "web:80")}, {}};
  Serving serving;
  serving.passwords.paths["/"] = Passwords("shop.example_1", {});
  const std::string regex = VirtualHostOf(host, serving).routes(0).match().safe_regex().regex();
  for (const char* path : {"/a/../b", "/..", "/./a", "/a/.", "/%2e%2E/a", "//a", "/a//b", "/a%2fb",
                           "/a%5Cb", "/a\\b", "/..;/a", "/.%2e/"}) {
    EXPECT_TRUE(RE2::FullMatch(path, regex)) << path;
  }
  for (const char* path : {"/", "/a/b", "/.well-known/x", "/a..b/c", "/...", "/a.", "/%20"}) {
    EXPECT_FALSE(RE2::FullMatch(path, regex)) << path;
  }
}

TEST(PasswordFiles, ByNginxProxysNaming) {
  const auto file_of = [](const std::string& domain, const std::string& path,
                          const std::vector<std::string>& there) {
    PasswordFiles files;
    PasswordChanges changes;
    for (const std::string& name : there) changes.files.push_back({name, Passwords(name, {})});
    files.Apply(changes);
    const PasswordFile* const found = files.Of({domain, {RouteTo(path, "p:80")}, {}}).Of(path);
    return found == nullptr ? "none" : found->name;
  };
  // What sha1sum says of "/api" and of the host.
  const std::string kApiFile = "shop.example_ada91241341ae792ecf0a59cad28616a77bab856";
  const std::string kRegexHost = "~^shop\\..*$";
  const std::string kRegexFile = "9ba3b15d430c94c1156984fbfe4ec1455321256e";
  EXPECT_EQ(file_of("shop.example", "/", {}), "none");
  EXPECT_EQ(file_of("shop.example", "/", {"shop.example"}), "shop.example");
  EXPECT_EQ(file_of("shop.example", "/", {"example", "a.shop.example"}), "none");
  EXPECT_EQ(file_of("*.shop.example", "/", {"*.shop.example"}), "*.shop.example");
  EXPECT_EQ(file_of("shop.example", "/api", {"shop.example", kApiFile}), kApiFile);
  EXPECT_EQ(file_of("shop.example", "/", {"shop.example", kApiFile}), "shop.example");
  EXPECT_EQ(file_of("shop.example", "/", {kApiFile}), "none");
  EXPECT_EQ(file_of(kRegexHost, "/", {kRegexFile}), kRegexFile);
  EXPECT_TRUE(PasswordFiles::IsOf(kApiFile, "shop.example"));
  EXPECT_TRUE(PasswordFiles::IsOf(kRegexFile, kRegexHost));
  EXPECT_FALSE(PasswordFiles::IsOf("shop.example", "a.shop.example"));
}

TEST(Resources, APasswordFileChangesTheRoutesOfItsHostsAndNoListener) {
  Resources resources({});
  ModelChanges model;
  for (const char* domain : {"open.example", "shop.example"}) {
    model.virtual_hosts.push_back(
        {domain, std::make_shared<VirtualHost>(VirtualHost{domain, {RouteTo("/", "web:80")}, {}})});
  }
  resources.Apply(model);
  const auto asking = [](const ResourceChanges& changes) {
    std::vector<std::string> text;
    for (const ResourceChange& change : changes.shared) {
      if (change.type != Type::kRoute || change.after == nullptr) {
        text.push_back(absl::StrCat(ShortName(change.type), " ", change.name));
        continue;
      }
      envoy::config::route::v3::RouteConfiguration routes;
      EXPECT_TRUE(routes.ParseFromString(std::string(change.after->body())));
      for (const auto& host : routes.virtual_hosts()) {
        for (const auto& route : host.routes()) {
          if (route.typed_per_filter_config().contains(kAskServerFilter)) {
            text.push_back(host.name());
            break;
          }
        }
      }
    }
    return text;
  };
  PasswordChanges changes;
  changes.files.push_back({"shop.example", Passwords("shop.example", {{"alice", kBcrypt}})});
  EXPECT_THAT(asking(resources.Apply(changes)), ElementsAre("shop.example"));
  // A change of the host's routes keeps it.
  ModelChanges grown;
  grown.virtual_hosts.push_back(
      {"shop.example",
       std::make_shared<VirtualHost>(VirtualHost{"shop.example", {RouteTo("/", "other:80")}, {}})});
  EXPECT_THAT(asking(resources.Apply(grown)), ElementsAre("shop.example"));
  changes.files[0].name = "nobody.example";
  EXPECT_THAT(resources.Apply(changes).shared, IsEmpty());
  changes.files[0] = {"shop.example", nullptr};
  EXPECT_THAT(asking(resources.Apply(changes)), IsEmpty());
}

}  // namespace
}  // namespace fairlead
