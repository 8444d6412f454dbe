#include "server/subscriptions/withheld.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/subscriptions/stream_script.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Variant kSotw = Variant::kSotw;
constexpr Variant kDelta = Variant::kDelta;
constexpr Type C = Type::kCluster;
constexpr Type E = Type::kEndpoint;

// A client that takes a response as a whole or not at all: it refuses what has something `bad` in
// it, such as "A=2", and either says which that is or does not.
class Picky {
 public:
  Picky(Script& script, std::set<std::string> bad, bool says_which, Names list = {})
      : script_(script), bad_(std::move(bad)), says_which_(says_which), list_(std::move(list)) {}

  // Answers until there is nothing more: "ACK A=1 B=2", "NACK A=2".
  Names Play() {
    Names told;
    while (absl::optional<ScriptResponse> response = script_.Next()) {
      std::string words;
      for (const std::string& content : response->contents) {
        if (bad_.contains(content)) absl::StrAppend(&words, content.substr(0, 1), ": it is bad, ");
      }
      told.push_back(absl::StrCat(words.empty() ? "ACK" : "NACK",
                                  response->contents.empty() ? "" : " ",
                                  absl::StrJoin(response->contents, " ")));
      if (words.empty()) {
        has_.insert(response->contents.begin(), response->contents.end());
        script_.Ack(*response);
      } else {
        script_.Nack(*response, list_, says_which_ ? words : "no good");
      }
      if (told.size() > 2 * Withheld::kMostRounds) break;
    }
    return told;
  }

  // Everything that it ever took.
  const std::set<std::string>& has() const { return has_; }

 private:
  Script& script_;
  const std::set<std::string> bad_;
  const bool says_which_;
  const Names list_;
  std::set<std::string> has_;
};

Names CulpritsOf(Script& script, Type type) {
  const Withheld* const withheld = script.stream().subscription(type)->withheld();
  Names names;
  if (withheld == nullptr) return names;
  for (const auto& culprit : withheld->Culprits()) names.push_back(culprit.content->name());
  return names;
}

TEST(Withheld, OneThatTheWordsNameIsKeptBackAndTheOthersGoOn) {
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(C, {});
  Picky client(s, {"A=2"}, /*says_which=*/true);
  client.Play();
  s.Change(C, {{"A", "A=2"}, {"B", "B=2"}});
  // The last that it took stays in the list: else the client would drop it.
  EXPECT_THAT(client.Play(), ElementsAre("NACK A=2 B=2", "ACK A=1 B=2"));
  EXPECT_THAT(CulpritsOf(s, C), ElementsAre("A"));
  s.Change(C, {{"B", "B=3"}});
  EXPECT_THAT(client.Play(), ElementsAre("ACK A=1 B=3"));
  s.Change(C, {{"A", "A=3"}});
  EXPECT_THAT(client.Play(), ElementsAre("ACK A=3 B=3"));
  EXPECT_THAT(CulpritsOf(s, C), IsEmpty());
  EXPECT_EQ(s.stream().subscription(C)->withheld(), nullptr);
}

TEST(Withheld, ContentThatReturnsToWhatTheClientHasNeedNotGoOut) {  // DE13
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Wants(C, {});
  Picky client(s, {"A=2"}, /*says_which=*/false);
  client.Play();
  s.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(client.Play(), ElementsAre("NACK A=2"));
  s.Change(C, {{"A", "A=1"}});
  EXPECT_THAT(client.Play(), IsEmpty());
  EXPECT_THAT(CulpritsOf(s, C), IsEmpty());
}

TEST(Withheld, OneThatGoesIsForgotten) {
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(C, {});
  Picky client(s, {"A=2"}, /*says_which=*/true);
  client.Play();
  s.Change(C, {{"A", "A=2"}});
  client.Play();
  s.Change(C, {}, {"A"});
  EXPECT_THAT(client.Play(), ElementsAre("ACK B=1"));
  EXPECT_EQ(s.stream().subscription(C)->withheld(), nullptr);
}

// What is bad among eight resources, and how many responses it takes at most to find it.
struct Search {
  const char* what;
  Variant variant;
  Type type;
  Names bad;
  size_t most_responses;
};

std::ostream& operator<<(std::ostream& out, const Search& search) { return out << search.what; }

class SearchTest : public ::testing::TestWithParam<Search> {};

TEST_P(SearchTest, FindsWhatIsBadByHalving) {
  const Names all = {"A", "B", "C", "D", "E", "F", "G", "H"};
  Script s(GetParam().variant);
  s.Change(GetParam().type, {{"A", "A=1"},
                             {"B", "B=1"},
                             {"C", "C=1"},
                             {"D", "D=1"},
                             {"E", "E=1"},
                             {"F", "F=1"},
                             {"G", "G=1"},
                             {"H", "H=1"}});
  const Names list = GetParam().type == E ? all : Names();
  s.Wants(GetParam().type, list);
  std::set<std::string> bad;
  for (const std::string& name : GetParam().bad) bad.insert(name + "=1");
  Picky client(s, bad, /*says_which=*/false, GetParam().variant == kSotw ? list : Names());
  EXPECT_LE(client.Play().size(), GetParam().most_responses);
  EXPECT_EQ(CulpritsOf(s, GetParam().type), GetParam().bad);
  Names good;
  for (const std::string& name : all) {
    if (!bad.contains(name + "=1")) good.push_back(name + "=1");
  }
  EXPECT_THAT(client.has(), testing::ElementsAreArray(good));

  // It is over: what comes now comes as ever.
  s.Change(GetParam().type, {{"B", "B=2"}});
  EXPECT_EQ(client.Play().size(), 1u);
  EXPECT_TRUE(client.has().contains("B=2"));
}

INSTANTIATE_TEST_SUITE_P(
    All, SearchTest,
    ::testing::Values(Search{"first", kSotw, C, {"A"}, 7}, Search{"last", kSotw, C, {"H"}, 7},
                      Search{"two", kSotw, C, {"C", "G"}, 14}, Search{"named", kSotw, E, {"D"}, 7},
                      Search{"delta", kDelta, C, {"E"}, 7},
                      Search{"delta named", kDelta, E, {"A", "B"}, 14},
                      Search{"all", kDelta, E, {"A", "C", "D", "E", "F", "G", "H"}, 32}),
    [](const auto& info) { return absl::StrCat("Search", info.index); });

TEST(Withheld, NothingThatTheClientHasIsTakenFromItWhileASearchGoesOn) {
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}, {"C", "C=1"}, {"D", "D=1"}});
  s.Wants(C, {});
  Picky client(s, {"C=2"}, /*says_which=*/false);
  client.Play();
  s.Change(C, {{"A", "A=2"}, {"B", "B=2"}, {"C", "C=2"}, {"D", "D=2"}});
  for (const std::string& told : client.Play()) {
    for (const char* const name : {"A=", "B=", "C=", "D="}) {
      EXPECT_THAT(told, testing::HasSubstr(name));
    }
  }
  EXPECT_THAT(CulpritsOf(s, C), ElementsAre("C"));
  EXPECT_TRUE(client.has().contains("D=2"));
}

TEST(Withheld, AClientThatRefusesEverythingIsLeftInPeace) {
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}, {"C", "C=1"}});
  s.Wants(E, {"A", "B", "C"});
  Picky client(s, {"A=1", "B=1", "C=1", "A=2"}, /*says_which=*/false);
  EXPECT_LE(client.Play().size(), 7u);
  EXPECT_THAT(CulpritsOf(s, E), ElementsAre("A", "B", "C"));
  s.Change(E, {{"A", "A=2"}});
  EXPECT_THAT(client.Play(), ElementsAre("NACK A=2"));
  EXPECT_THAT(client.Play(), IsEmpty());
}

// What it had is not known to this stream, and a list without it would take it away.
TEST(Withheld, OfAClientThatComesBackNothingIsLeftOut) {
  Script s(kSotw);
  s.Change(C, {{"A", "A=2"}, {"B", "B=1"}});
  ASSERT_TRUE(s.Send(C, {}, "old", "of an earlier stream").ok());
  Picky client(s, {"A=2"}, /*says_which=*/true);
  EXPECT_THAT(client.Play(), ElementsAre("NACK A=2 B=1"));
  EXPECT_THAT(CulpritsOf(s, C), ElementsAre("A"));
  s.Change(C, {{"B", "B=2"}});
  EXPECT_THAT(client.Play(), ElementsAre("NACK A=2 B=2"));
  EXPECT_THAT(CulpritsOf(s, C), ElementsAre("A"));
}

TEST(Withheld, TheVersionTellsWhatIsMissing) {
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(C, {});
  const ScriptResponse all = *s.Next();
  EXPECT_EQ(all.version, s.snapshot().VersionText(C));
  s.Nack(all, {}, "Error adding/updating cluster(s) B: unknown extension");
  const ScriptResponse rest = *s.Next();
  EXPECT_THAT(rest.contents, ElementsAre("A=1"));
  EXPECT_NE(rest.version, all.version);
}

TEST(NamesResource, IsStrict) {
  const struct {
    const char* words;
    const char* name;
    bool names;
  } cases[] = {
      {"Error adding/updating cluster(s) shop/web:80: unknown", "shop/web:80", true},
      {"Error adding/updating cluster(s) a: one, b: two", "b", true},
      {"Error adding/updating listener(s) a: one\nb: two", "b", true},
      {"Proto constraint validation failed ('b')", "b", true},
      {"[resource index 0: b: no]", "b", true},
      {"b: no", "b", true},
      {"cluster ab: no", "b", false},
      {"cluster ba: no", "b", false},
      {"the http filter is not known", "http", false},
      {"malformed IP address: b", "b", false},
      {"cluster shop/web:80: unknown", "shop/web", false},
      {"", "b", false},
      {"b: no", "", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(NamesResource(c.words, c.name), c.names) << c.words << " / " << c.name;
  }
}

}  // namespace
}  // namespace fairlead
