#include "server/routing/public_ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PublicPortsTest : public testing::Test {
 protected:
  // Who else is concerned. 0: it asks for no port of that kind.
  std::vector<std::string> Ask(const PublicPorts::Asker& asker, uint16_t http, uint16_t https,
                               std::optional<HttpsMethod> method = {}) {
    DomainSettings& settings = settings_[asker.domain] = {};
    if (http != 0) settings.http_port = http;
    if (https != 0) settings.https_port = https;
    settings.https_method = method;
    absl::btree_set<std::string> concerned;
    ports_.Ask(asker, settings, concerned);
    concerned.erase(asker.domain);
    return {concerned.begin(), concerned.end()};
  }
  // The ports that it gets: "HTTP HTTPS", 0 for the proxies' own.
  std::string Gets(const std::string& domain) {
    DomainSettings settings = settings_[domain];
    problems_ = ports_.Settle(domain, settings);
    return absl::StrCat(settings.http_port.value_or(0), " ", settings.https_port.value_or(0));
  }

  PublicPorts ports_;
  std::map<std::string, DomainSettings> settings_;
  Problems problems_;
};

TEST_F(PublicPortsTest, OnePortForOneSchemeIsForAll) {
  Ask({Standing::kRuns, false, "a", "a.example"}, 8081, 0);
  EXPECT_THAT(Ask({Standing::kRuns, false, "b", "b.example"}, 8081, 8444), IsEmpty());
  EXPECT_THAT(Ask({Standing::kRuns, false, "c", "c.example"}, 0, 8444), IsEmpty());
  for (const auto& [domain, ports] : {std::pair{"a.example", "8081 0"},
                                      {"b.example", "8081 8444"},
                                      {"c.example", "0 8444"},
                                      {"never.example", "0 0"}}) {
    EXPECT_EQ(Gets(domain), ports);
    EXPECT_THAT(problems_, IsEmpty());
  }
}

TEST_F(PublicPortsTest, OfBothSchemesTheFirstAskerIsHeardWhoeverCame) {
  Ask({Standing::kRuns, false, "shop/b", "b.example"}, 9000, 0);
  Ask({Standing::kRuns, false, "shop/c", "c.example"}, 9000, 0);
  EXPECT_THAT(Ask({Standing::kRuns, false, "shop/a", "a.example"}, 0, 9000),
              ElementsAre("b.example", "c.example"));
  EXPECT_EQ(Gets("a.example"), "0 9000");
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_EQ(Gets("c.example"), "0 0");
  EXPECT_EQ(Gets("b.example"), "0 0");
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_EQ(problems_[0].place.service, "shop/b");
  EXPECT_EQ(problems_[0].place.word, "EXTERNAL_HTTP_PORT");
  EXPECT_THAT(problems_[0].what,
              HasSubstr("shop/a asks for with EXTERNAL_HTTPS_PORT for 'a.example'"));
  EXPECT_THAT(problems_[0].cure, HasSubstr("another port"));

  // One that asks path by path comes before.
  EXPECT_THAT(Ask({Standing::kRuns, true, "shop/d", "d.example"}, 9000, 0),
              ElementsAre("a.example", "b.example", "c.example"));
  EXPECT_EQ(Gets("a.example"), "0 0");
  EXPECT_EQ(problems_.at(0).place.word, "EXTERNAL_HTTPS_PORT");
  EXPECT_EQ(Gets("b.example"), "9000 0");
  // One more that is not the first changes nothing for the others.
  EXPECT_THAT(Ask({Standing::kRuns, false, "shop/e", "e.example"}, 9000, 0), IsEmpty());

  EXPECT_THAT(Ask({Standing::kRuns, true, "shop/d", "d.example"}, 0, 0),
              ElementsAre("a.example", "b.example", "c.example", "e.example"));
  EXPECT_THAT(Ask({Standing::kRuns, false, "shop/a", "a.example"}, 0, 9001),
              ElementsAre("b.example", "c.example", "e.example"));
  EXPECT_EQ(Gets("b.example"), "9000 0");
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(PublicPortsTest, WhatRunsIsHeardBeforeWhatDoesNot) {
  Ask({Standing::kRuns, false, "shop/z", "z.example"}, 9000, 0);
  EXPECT_THAT(Ask({Standing::kStopped, true, "shop/b", "b.example"}, 0, 9000),
              ElementsAre("z.example"));
  EXPECT_EQ(Gets("z.example"), "9000 0");
  EXPECT_EQ(Gets("b.example"), "0 0");
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_EQ(problems_[0].place.service, "shop/b");

  Ask({Standing::kGone, true, "shop/a", "a.example"}, 0, 9000);
  EXPECT_EQ(Gets("a.example"), "0 0");
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_EQ(Gets("z.example"), "9000 0");
  // It stops, and is behind the other that has stopped.
  EXPECT_THAT(Ask({Standing::kStopped, false, "shop/z", "z.example"}, 9000, 0),
              ElementsAre("a.example", "b.example"));
  EXPECT_EQ(Gets("z.example"), "0 0");
  EXPECT_EQ(Gets("b.example"), "0 9000");
  EXPECT_EQ(Gets("a.example"), "0 9000");
}

TEST_F(PublicPortsTest, OneDomainMayAskForOnePortInBothWays) {
  Ask({Standing::kRuns, false, "a", "a.example"}, 9000, 9000);
  EXPECT_EQ(Gets("a.example"), "9000 0");
  EXPECT_EQ(problems_.at(0).place.word, "EXTERNAL_HTTPS_PORT");
  Ask({Standing::kRuns, false, "a", "a.example"}, 9000, 9000, HttpsMethod::kNoHttps);
  Gets("a.example");
  EXPECT_THAT(problems_, IsEmpty());
}

}  // namespace
}  // namespace fairlead
