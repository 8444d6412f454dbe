#include "server/resources/https_chains.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Clients = TlsSettings::ClientCertificates;

DomainTls With(const std::string& certificate, const std::string& policy = kDefaultTlsPolicy,
               Clients clients = Clients::kNone) {
  DomainTls tls;
  tls.certificate = certificate;
  tls.policy = FindTlsPolicy(policy);
  tls.clients = clients;
  return tls;
}

// "CERTIFICATE: NAMES" of each chain, with the policy if it is not the default.
std::vector<std::string> Text(const absl::btree_map<std::string, DomainTls>& domains,
                              const DomainTls& fallback = {},
                              std::vector<std::string>* unreachable = nullptr) {
  std::vector<std::string> none;
  std::vector<std::string> text;
  for (const HttpsChain& chain :
       HttpsChainsOf(domains, fallback, unreachable == nullptr ? none : *unreachable)) {
    std::string line =
        absl::StrCat(chain.certificate, ": ", absl::StrJoin(chain.server_names, ","));
    if (chain.policy->name != kDefaultTlsPolicy) absl::StrAppend(&line, " ", chain.policy->name);
    text.push_back(std::move(line));
  }
  return text;
}

TEST(HttpsChains, OneACertificate) {
  EXPECT_THAT(Text({}), IsEmpty());
  EXPECT_THAT(Text({{"a.example", With("a.example")}, {"b.example", With("b.example")}}),
              ElementsAre("a.example: a.example", "b.example: b.example"));
  EXPECT_THAT(Text({{"a.example", With("wild")}, {"b.test", With("wild")}}),
              ElementsAre("wild: a.example,b.test"));
}

TEST(HttpsChains, DomainsOfAParentAreOneName) {
  EXPECT_THAT(Text({{"a.shop.example", With("shop.example")},
                    {"b.shop.example", With("shop.example")},
                    {"shop.example", With("shop.example")}}),
              ElementsAre("shop.example: *.shop.example,shop.example"));
  // One that says something special has a chain of its own.
  EXPECT_THAT(
      Text({{"a.shop.example", With("shop.example")},
            {"b.shop.example", With("shop.example", "Mozilla-Old")}}),
      ElementsAre("shop.example: *.shop.example", "shop.example: b.shop.example Mozilla-Old"));
}

TEST(HttpsChains, ANameIsInOneChainOnly) {
  // The wildcard is a domain itself, with other settings.
  EXPECT_THAT(
      Text({{"*.shop.example", With("shop.example", "Mozilla-Old")},
            {"a.shop.example", With("shop.example")}}),
      ElementsAre("shop.example: a.shop.example", "shop.example: *.shop.example Mozilla-Old"));
}

TEST(HttpsChains, WhoAsksForNoOtherNameGetsTheFallback) {
  EXPECT_THAT(
      Text({{"a.example", With("default")}, {"b.example", With("b.example")}}, With("default")),
      ElementsAre("b.example: b.example", "default: "));
  // One below a wildcard would get that one's certificate.
  EXPECT_THAT(
      Text({{"a.b.shop.example", With("default")}, {"a.shop.example", With("shop.example")}},
           With("default")),
      ElementsAre("default: a.b.shop.example", "shop.example: *.shop.example", "default: "));
}

TEST(HttpsChains, WhatSniCannotTellIsSaid) {
  std::vector<std::string> unreachable;
  EXPECT_THAT(
      Text({{"shop.*", With("shop.*")}, {"~^a$", With("default")}}, With("default"), &unreachable),
      ElementsAre("default: "));
  EXPECT_THAT(unreachable, ElementsAre("shop.*"));
}

TEST(HttpsChains, RoutesOfClientsWithCertificatesAreApart) {
  EXPECT_EQ(RoutesOfChain("https", "a.example", Clients::kNone), "https");
  EXPECT_EQ(RoutesOfChain("https", "a.example", Clients::kRequired), "https/a.example");
  EXPECT_EQ(RoutesOfChain("https", "a.example", Clients::kOptional), "https/a.example/optional");
}

}  // namespace
}  // namespace fairlead
