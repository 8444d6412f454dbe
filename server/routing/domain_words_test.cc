#include "server/routing/domain_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr auto kOn = ClientCertificates::kRequired;
constexpr auto kOptional = ClientCertificates::kOptional;
constexpr auto kAnyone = ClientCertificates::kAnyone;
constexpr auto kOff = ClientCertificates::kOff;

// It asks for that certificate; empty: it does not say.
struct Speaker {
  const char* service;
  const char* certificate = "";
  Standing standing = Standing::kRuns;
  bool multiports = false;
  std::optional<ClientCertificates> clients = {};
};

DomainWords Words(const std::vector<Speaker>& speakers) {
  std::vector<DomainSettings> said(speakers.size());
  std::vector<DomainSpeaker> domain_speakers;
  for (size_t i = 0; i < speakers.size(); ++i) {
    const Speaker& speaker = speakers[i];
    said[i].certificate = speaker.certificate;
    said[i].client_certificates = speaker.clients;
    domain_speakers.push_back({speaker.service,
                               speaker.standing,
                               speaker.multiports,
                               {false, speaker.clients},
                               &said[i]});
  }
  return WordsOf("shop.example", domain_speakers);
}

TEST(DomainWords, WhoIsHeardFirst) {
  const struct {
    std::vector<Speaker> speakers;
    const char* heard;
    const char* certificate;
    const char* contradicts;  // empty: nobody does
  } cases[] = {
      {{{"a", "one"}, {"b", "two"}}, "a", "one", "b"},
      {{{"b", "two"}, {"a", "one"}}, "a", "one", "b"},
      {{{"a"}, {"b", "two"}, {"c"}}, "a", "two", ""},
      {{{"a", "one"}, {"b", "two", Standing::kRuns, true}}, "b", "two", "a"},
      // What is stopped may be back at any moment: what the others do not say it still does.
      {{{"a", "one", Standing::kStopped, true}, {"b", "two"}}, "b", "two", "a"},
      {{{"a", "one", Standing::kStopped}, {"b"}}, "b", "one", ""},
      {{{"a", "one", Standing::kStopped}, {"b", "two", Standing::kStopped}}, "a", "one", "b"},
      // What is gone says nothing to others.
      {{{"a", "one", Standing::kGone}, {"b", "two"}}, "b", "two", ""},
      {{{"a", "one", Standing::kGone, true}, {"b"}}, "b", "", ""},
      {{{"a", "one", Standing::kGone}, {"b", "", Standing::kStopped}}, "b", "", ""},
      {{{"a", "one", Standing::kGone}, {"b", "two", Standing::kGone}}, "a", "one", "b"},
  };
  for (const auto& of : cases) {
    const DomainWords words = Words(of.speakers);
    SCOPED_TRACE(absl::StrCat("heard: ", of.heard, ", contradicts: ", of.contradicts));
    EXPECT_EQ(words.first.service, of.heard);
    EXPECT_EQ(words.first.domain, "shop.example");
    EXPECT_EQ(words.settings.certificate, of.certificate);
    EXPECT_EQ(words.problems.empty() ? "" : words.problems[0].place.service, of.contradicts);
    EXPECT_LE(words.problems.size(), 1u);
  }
  EXPECT_EQ(Words({}).settings, DomainSettings());
}

TEST(DomainWords, TheStrictestSettlesWhichClientsAreLetIn) {
  const auto running = Standing::kRuns;
  const struct {
    std::vector<Speaker> speakers;
    std::optional<ClientCertificates> heard;
    const char* less_careful;  // empty: nobody is
  } cases[] = {
      {{{"a"}, {"b"}}, std::nullopt, ""},
      {{{"a", "", running, false, kOff}}, kOff, ""},
      {{{"a", "", running, false, kOff}, {"b", "", running, false, kOff}}, kOff, ""},
      {{{"a", "", running, true, kOff}, {"b", "", running, false, kOptional}}, kOptional, "a"},
      {{{"a", "", running, false, kOptional}, {"b", "", running, false, kAnyone}}, kOptional, "b"},
      {{{"a"}, {"b", "", running, false, kOff}}, kOn, "b"},
      {{{"a", "", running, false, kOff}, {"b"}}, kOn, "a"},
      {{{"a", "", running, false, kOn}, {"b"}}, kOn, ""},
      {{{"a", "", running, false, kOff}, {"b", "", Standing::kStopped}}, kOn, "a"},
      {{{"a", "", running, false, kOff}, {"b", "", Standing::kGone}}, kOff, ""},
      {{{"a"}, {"b", "", Standing::kGone, false, kOff}}, std::nullopt, ""},
      {{{"a", "", Standing::kGone, false, kOff}, {"b", "", Standing::kGone}}, kOn, "a"},
  };
  for (const auto& of : cases) {
    const DomainWords words = Words(of.speakers);
    SCOPED_TRACE(absl::StrCat(&of - cases));
    EXPECT_EQ(words.settings.client_certificates, of.heard);
    ASSERT_THAT(words.problems, SizeIs(*of.less_careful == '\0' ? 0 : 1));
    if (words.problems.empty()) continue;
    EXPECT_EQ(words.problems[0].place.service, of.less_careful);
    EXPECT_EQ(words.problems[0].place.word, "fairlead.ssl-verify-client");
  }
}

TEST(DomainWords, WhoseWordsThePortsAre) {
  DomainSettings none;
  DomainSettings http;
  http.http_port = 8081;
  DomainSettings both;
  both.http_port = 8082;
  both.https_port = 8444;
  const DomainWords words = WordsOf("shop.example", {{"a", Standing::kRuns, false, {}, &none},
                                                     {"b", Standing::kRuns, false, {}, &http},
                                                     {"c", Standing::kRuns, false, {}, &both}});
  EXPECT_EQ(words.settings.http_port, 8081);
  EXPECT_EQ(words.http_port_by, "b");
  EXPECT_EQ(words.settings.https_port, 8444);
  EXPECT_EQ(words.https_port_by, "c");
  EXPECT_EQ(WordsOf("shop.example", {{"a", Standing::kRuns, false, {}, &none}}).http_port_by, "");
}

TEST(DomainWords, AProblemSaysWhoAsksForWhat) {
  const auto running = Standing::kRuns;
  EXPECT_THAT(Words({{"a"}, {"b", "", running, false, kOff}}).problems.at(0).what,
              HasSubstr("it asks for 'off' of clients of the host 'shop.example', and a, which "
                        "does not say, for 'on'"));
  EXPECT_THAT(
      Words({{"a", "", running, false, kOptional}, {"b", "", running, false, kAnyone}})
          .problems.at(0)
          .what,
      HasSubstr("'optional_no_ca' of clients of the host 'shop.example', and a for 'optional'"));
}

}  // namespace
}  // namespace fairlead
