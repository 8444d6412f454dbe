#include "server/resources/https_listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "server/resources/admission_ground.h"
#include "server/resources/secret.h"

namespace fairlead {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

VirtualHostChange Claims(const std::string& domain, DomainSettings settings = {}) {
  auto host = std::make_shared<VirtualHost>();
  host->domain = domain;
  Route& route = host->routes.emplace_back();
  route.path = "/";
  route.pool = "shop/web:8000";
  host->settings = std::move(settings);
  return {domain, host};
}

// With "+" behind the name: it asks clients for certificates. With "-" before: it goes.
CertificateChanges Certs(const std::vector<std::string>& names) {
  CertificateChanges changes;
  for (std::string name : names) {
    if (name[0] == '-') {
      changes.certificates.push_back({name.substr(1), nullptr});
      continue;
    }
    auto certificate = std::make_shared<Certificate>();
    if (name.back() == '+') {
      name.pop_back();
      certificate->clients.emplace().authorities = "AUTHORITIES";
    }
    certificate->name = name;
    changes.certificates.push_back({name, certificate});
  }
  return changes;
}

// With a gate before them, which has let the secrets through.
class Listeners {
 public:
  explicit Listeners(HttpsListeners::Options options) : listeners_(std::move(options)) {
    ground.HasCluster("shop/web:8000");
  }
  HttpsListeners::Changes Apply(const std::vector<VirtualHostChange>& changes) {
    return ground.With([&](Admission& admission) { return listeners_.Apply(changes, admission); });
  }
  HttpsListeners::Changes Apply(const CertificateChanges& changes,
                                const absl::optional<ClientAuthorities>& for_all) {
    for (const CertificateChange& change : changes.certificates) {
      if (change.after == nullptr) continue;
      ground.HasCertificate(change.name);
      if (change.after->clients) ground.HasAuthorities(AuthoritiesSecretName(change.name));
    }
    if (for_all.has_value()) ground.HasAuthorities(kAuthoritiesForAllSecret);
    return ApplyUnseen(changes, for_all);
  }
  // Of whose secrets none is let through.
  HttpsListeners::Changes ApplyUnseen(const CertificateChanges& changes,
                                      const absl::optional<ClientAuthorities>& for_all) {
    return ground.With(
        [&](Admission& admission) { return listeners_.Apply(changes, for_all, admission); });
  }
  const DomainTls& Of(const std::string& domain) const { return listeners_.Of(domain); }

  AdmissionGround ground;

 private:
  HttpsListeners listeners_;
};

std::vector<std::string> Names(const HttpsListeners::Changes& changes) {
  std::vector<std::string> names;
  for (const ResourceChange& change : changes.resources) {
    names.push_back(
        absl::StrCat(change.after == nullptr ? "-" : "", ShortName(change.type), " ", change.name));
  }
  return names;
}

template <typename Message>
Message In(const HttpsListeners::Changes& changes, Type type, const std::string& name) {
  Message message;
  for (const ResourceChange& change : changes.resources) {
    if (change.type != type || change.name != name || change.after == nullptr) continue;
    EXPECT_TRUE(message.ParseFromString(std::string(change.after->body())));
  }
  return message;
}

// "DOMAIN CLUSTER", "DOMAIN 421".
std::vector<std::string> Routes(const HttpsListeners::Changes& changes, const std::string& name) {
  const auto routes = In<envoy::config::route::v3::RouteConfiguration>(changes, Type::kRoute, name);
  std::vector<std::string> text;
  for (const auto& host : routes.virtual_hosts()) {
    const auto& route = host.routes(0);
    text.push_back(absl::StrCat(host.domains(0), " ",
                                route.has_direct_response()
                                    ? absl::StrCat(route.direct_response().status())
                                    : route.route().cluster()));
  }
  return text;
}

TEST(HttpsListeners, ThereIsOneWhileADomainHasACertificate) {
  Listeners listeners({});
  EXPECT_THAT(Names(listeners.Apply({Claims("a.example")})), IsEmpty());
  HttpsListeners::Changes changes = listeners.Apply(Certs({"a.example"}), absl::nullopt);
  EXPECT_THAT(Names(changes), ElementsAre("LDS https", "RDS https"));
  EXPECT_THAT(changes.domains, ElementsAre("a.example"));
  EXPECT_THAT(Routes(changes, "https"), ElementsAre("a.example shop/web:8000"));
  const auto listener =
      In<envoy::config::listener::v3::Listener>(changes, Type::kListener, "https");
  ASSERT_EQ(listener.filter_chains_size(), 1);
  EXPECT_THAT(listener.filter_chains(0).filter_chain_match().server_names(),
              ElementsAre("a.example"));
  EXPECT_FALSE(listener.has_default_filter_chain());
  EXPECT_EQ(listeners.Of("a.example").clear_text, DomainTls::ClearText::kRedirected);

  changes = listeners.Apply(Certs({"-a.example"}), absl::nullopt);
  EXPECT_THAT(Names(changes), ElementsAre("-LDS https", "-RDS https"));
  EXPECT_EQ(listeners.Of("a.example").clear_text, DomainTls::ClearText::kServed);
}

TEST(HttpsListeners, ASwappedCertificateChangesNothingHere) {
  Listeners listeners({});
  listeners.Apply({Claims("a.example")});
  listeners.Apply(Certs({"a.example"}), absl::nullopt);
  EXPECT_THAT(Names(listeners.Apply(Certs({"a.example"}), absl::nullopt)), IsEmpty());
}

TEST(HttpsListeners, ATrustedDefaultIsForWhoeverAsksForNoOther) {
  Listeners listeners({});
  HttpsListeners::Changes changes = listeners.Apply(Certs({"default"}), absl::nullopt);
  EXPECT_THAT(Names(changes), ElementsAre("LDS https", "RDS https"));
  const auto listener =
      In<envoy::config::listener::v3::Listener>(changes, Type::kListener, "https");
  EXPECT_TRUE(listener.has_default_filter_chain());
  // A domain that it serves changes no chain.
  changes = listeners.Apply({Claims("a.example")});
  EXPECT_THAT(Names(changes), ElementsAre("RDS https"));
  EXPECT_THAT(Routes(changes, "https"), ElementsAre("a.example shop/web:8000"));

  HttpsListeners::Options untrusted;
  untrusted.defaults.trust_default_certificate = false;
  Listeners others(untrusted);
  EXPECT_THAT(Names(others.Apply(Certs({"default"}), absl::nullopt)), IsEmpty());
}

TEST(HttpsListeners, AHostWithClientCertificatesIsNotReachedByWayOfAnother) {
  Listeners listeners({});
  listeners.Apply(Certs({"open.example", "closed.example+"}), absl::nullopt);
  const HttpsListeners::Changes changes =
      listeners.Apply({Claims("open.example"), Claims("closed.example")});
  EXPECT_THAT(Names(changes), ElementsAre("LDS https", "RDS https", "RDS https/closed.example"));
  EXPECT_THAT(Routes(changes, "https"),
              ElementsAre("closed.example 421", "open.example shop/web:8000"));
  EXPECT_THAT(Routes(changes, "https/closed.example"),
              ElementsAre("closed.example shop/web:8000", "* 421"));
}

TEST(HttpsListeners, AuthoritiesForAllAskTheClientsOfAll) {
  Listeners listeners({});
  listeners.Apply({Claims("a.example")});
  listeners.Apply(Certs({"a.example"}), absl::nullopt);
  CertificateChanges for_all;
  for_all.for_all_changed = true;
  const HttpsListeners::Changes changes =
      listeners.Apply(for_all, ClientAuthorities{"AUTHORITIES", ""});
  EXPECT_EQ(listeners.Of("a.example").clients, TlsSettings::ClientCertificates::kRequired);
  const auto listener =
      In<envoy::config::listener::v3::Listener>(changes, Type::kListener, "https");
  EXPECT_THAT(listener.filter_chains(0).transport_socket().typed_config().value(), HasSubstr("\x02"
                                                                                             "ca"));
}

TEST(HttpsListeners, APublicPortIsAListenerOfItsOwn) {
  Listeners listeners({});
  listeners.Apply(Certs({"a.example"}), absl::nullopt);
  DomainSettings settings;
  settings.https_port = 8444;
  EXPECT_THAT(Names(listeners.Apply({Claims("a.example", settings)})),
              ElementsAre("LDS https@8444", "RDS https@8444"));
  EXPECT_THAT(Names(listeners.Apply({{"a.example", nullptr}})),
              ElementsAre("-LDS https@8444", "-RDS https@8444"));
}

TEST(HttpsListeners, NoDomainTakesThePortOfTheHttpListener) {
  Listeners listeners({});
  listeners.Apply(Certs({"a.example"}), absl::nullopt);
  DomainSettings settings;
  settings.https_port = 8080;
  const HttpsListeners::Changes changes = listeners.Apply({Claims("a.example", settings)});
  EXPECT_THAT(Names(changes), ElementsAre("LDS https", "RDS https"));
  ASSERT_EQ(changes.problems.size(), 1u);
  EXPECT_EQ(changes.problems[0].problems.at(0).place.word, "EXTERNAL_HTTPS_PORT");
}

TEST(HttpsListeners, WhatSniCannotTellIsAProblem) {
  Listeners listeners({});
  listeners.Apply(Certs({"shop.*"}), absl::nullopt);
  const HttpsListeners::Changes changes = listeners.Apply({Claims("shop.*")});
  ASSERT_EQ(changes.problems.size(), 1u);
  EXPECT_THAT(changes.problems[0].problems.at(0).what, HasSubstr("is not shown to them"));
  const HttpsListeners::Changes gone = listeners.Apply({{"shop.*", nullptr}});
  ASSERT_EQ(gone.problems.size(), 1u);
  EXPECT_THAT(gone.problems[0].problems, IsEmpty());
}

// "NAMES" of each chain, "" for the one without names.
std::vector<std::string> ChainsOf(const envoy::config::listener::v3::Listener& listener) {
  std::vector<std::string> chains;
  for (const auto& chain : listener.filter_chains()) {
    chains.push_back(absl::StrJoin(chain.filter_chain_match().server_names(), ","));
  }
  if (listener.has_default_filter_chain()) chains.emplace_back();
  return chains;
}

DomainSettings WithHttp3(bool http3) {
  DomainSettings settings;
  settings.http3 = http3;
  return settings;
}

TEST(HttpsListeners, Http3IsForThoseThatAskForIt) {
  Listeners listeners({});
  listeners.Apply(Certs({"a.example", "b.example"}), absl::nullopt);
  HttpsListeners::Changes changes =
      listeners.Apply({Claims("a.example", WithHttp3(true)), Claims("b.example")});
  EXPECT_THAT(Names(changes), ElementsAre("LDS http3", "LDS https", "RDS https"));
  const auto listener =
      In<envoy::config::listener::v3::Listener>(changes, Type::kListener, "http3");
  EXPECT_EQ(listener.address().socket_address().protocol(),
            envoy::config::core::v3::SocketAddress::UDP);
  EXPECT_EQ(listener.address().socket_address().port_value(), 8443u);
  EXPECT_THAT(ChainsOf(listener), ElementsAre("a.example"));
  const auto routes =
      In<envoy::config::route::v3::RouteConfiguration>(changes, Type::kRoute, "https");
  const auto& told = routes.virtual_hosts(0).routes(0).response_headers_to_add();
  EXPECT_EQ(told.rbegin()->header().key(), "Alt-Svc");
  EXPECT_EQ(told.rbegin()->header().value(), "h3=\":8443\"; ma=86400");
  EXPECT_EQ(routes.virtual_hosts(1).routes(0).response_headers_to_add_size(), 1);  // HSTS

  changes = listeners.Apply({Claims("a.example")});
  EXPECT_THAT(Names(changes), ElementsAre("-LDS http3", "RDS https"));
}

TEST(HttpsListeners, Http3ForAllIsNotForThoseThatRefuseItOrAskForCertificates) {
  HttpsListeners::Options options;
  options.defaults.http3 = true;
  Listeners listeners(options);
  listeners.Apply(Certs({"a.example", "b.example", "c.example+", "default"}), absl::nullopt);
  const HttpsListeners::Changes changes =
      listeners.Apply({Claims("a.example"), Claims("b.example", WithHttp3(false)),
                       Claims("c.example"), Claims("~^d"), Claims("e.example")});
  const auto listener =
      In<envoy::config::listener::v3::Listener>(changes, Type::kListener, "http3");
  // Those of the default certificate are in the chain without names.
  EXPECT_THAT(ChainsOf(listener), ElementsAre("a.example", ""));
}

TEST(HttpsListeners, Http3HasNoListenerForADomainThatCannotBeNamed) {
  Listeners listeners({});
  listeners.Apply(Certs({"a"}), absl::nullopt);
  DomainSettings settings = WithHttp3(true);
  settings.certificate = "a";
  EXPECT_THAT(Names(listeners.Apply({Claims("~^a", settings)})), Not(Contains("LDS http3")));
}

DomainSettings WithCertificate(const std::string& certificate) {
  DomainSettings settings;
  settings.certificate = certificate;
  return settings;
}

TEST(HttpsListeners, AChainThatCannotBeValidStaysAsItWasAlone) {
  Listeners listeners({});
  listeners.Apply(Certs({"shared", "other"}), absl::nullopt);
  listeners.Apply({Claims("a.example", WithCertificate("shared"))});
  // No container can ask for a wildcard within a label: Envoy would refuse the whole listener.
  HttpsListeners::Changes changes =
      listeners.Apply({Claims("b*.example", WithCertificate("shared")),
                       Claims("c.example", WithCertificate("other"))});
  EXPECT_THAT(Names(changes), ElementsAre("LDS https", "RDS https"));
  EXPECT_THAT(
      ChainsOf(In<envoy::config::listener::v3::Listener>(changes, Type::kListener, "https")),
      ElementsAre("c.example", "a.example"));
  ASSERT_EQ(listeners.ground.problems.size(), 1u);
  EXPECT_THAT(listeners.ground.problems[0].problems.at(0).what,
              HasSubstr("server_names[1]: 'b*.example' has a wildcard"));
  // What moves to another chain is in one of them.
  listeners.ground.problems.clear();
  changes = listeners.Apply({Claims("a.example", WithCertificate("other"))});
  EXPECT_THAT(
      ChainsOf(In<envoy::config::listener::v3::Listener>(changes, Type::kListener, "https")),
      ElementsAre("a.example,c.example"));
  listeners.ground.problems.clear();
  listeners.Apply({{"b*.example", nullptr}});
  ASSERT_EQ(listeners.ground.problems.size(), 1u);
  EXPECT_THAT(listeners.ground.problems[0].problems, IsEmpty());
}

TEST(HttpsListeners, OnlyAListenerWithOtherChainsIsSent) {
  Listeners listeners({});
  listeners.Apply(Certs({"example"}), absl::nullopt);
  EXPECT_THAT(Names(listeners.Apply({Claims("a.example")})), ElementsAre("LDS https", "RDS https"));
  // "*.example" covers it.
  EXPECT_THAT(Names(listeners.Apply({Claims("b.example")})), ElementsAre("RDS https"));
}

TEST(HttpsListeners, AChainWhoseSecretWasWithheldIsLeftOutUntilItIsThere) {
  Listeners listeners({});
  listeners.Apply({Claims("a.example"), Claims("b.example")});
  listeners.Apply(Certs({"a.example"}), absl::nullopt);
  HttpsListeners::Changes changes = listeners.ApplyUnseen(Certs({"b.example"}), absl::nullopt);
  EXPECT_THAT(Names(changes), ElementsAre("RDS https"));
  changes = listeners.Apply(Certs({"b.example"}), absl::nullopt);
  EXPECT_THAT(
      ChainsOf(In<envoy::config::listener::v3::Listener>(changes, Type::kListener, "https")),
      ElementsAre("a.example", "b.example"));
  // Nobody is let in without a certificate because the authorities were withheld.
  CertificateChanges for_all;
  for_all.for_all_changed = true;
  EXPECT_THAT(Names(listeners.ApplyUnseen(for_all, ClientAuthorities{"AUTHORITIES", ""})),
              Contains("-LDS https"));
}

TEST(HttpsListeners, AHostThatCannotBeValidOverTlsIsInNoChain) {
  Listeners listeners({});
  listeners.Apply(Certs({"a.example", "b.example+"}), absl::nullopt);
  DomainSettings settings;
  settings.hsts = "\n";
  EXPECT_THAT(
      Names(listeners.Apply({Claims("a.example", settings), Claims("b.example", settings)})),
      IsEmpty());
  EXPECT_EQ(listeners.ground.problems.size(), 2u);
  EXPECT_THAT(Routes(listeners.Apply({Claims("b.example")}), "https/b.example"),
              ElementsAre("b.example shop/web:8000", "* 421"));
}

}  // namespace
}  // namespace fairlead
