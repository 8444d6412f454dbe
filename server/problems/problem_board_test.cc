#include "server/problems/problem_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNoon = absl::FromUnixSeconds(1'800'000'000);

Problem BadPort(const std::string& container, const std::string& value = "80a") {
  Problem problem;
  problem.place.host = "h1";
  problem.place.container = container;
  problem.place.word = "VIRTUAL_PORT";
  problem.what = absl::StrCat("'", value, "' is not a port");
  problem.cure = "write a number";
  return problem;
}

Problems Many(size_t count) {
  Problems problems;
  for (size_t i = 0; i < count; ++i) problems.push_back(BadPort("web", absl::StrCat(i)));
  return problems;
}

// A board that keeps what its listener was told, such as "+web" and "-web".
struct Told {
  std::vector<std::string> changes;
  ProblemBoard board{[this](ProblemBoard::Change change, const Problem& problem, absl::Time) {
    const bool appeared = change == ProblemBoard::Change::kAppeared;
    changes.push_back((appeared ? "+" : "-") + problem.place.container);
  }};
};

TEST(ProblemBoard, KeepsSinceForWhatStays) {
  ProblemBoard board;
  board.Set({"a", {BadPort("web")}}, kNoon);
  board.Set({"a", {BadPort("api"), BadPort("web")}}, kNoon + absl::Minutes(1));

  const std::vector<ProblemBoard::Entry> all = board.All();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].problem, BadPort("api"));
  EXPECT_EQ(all[0].since, kNoon + absl::Minutes(1));
  EXPECT_EQ(all[1].problem, BadPort("web"));
  EXPECT_EQ(all[1].since, kNoon);
}

TEST(ProblemBoard, TellsWhatAppearsAndWhatGoesAndNothingElse) {
  Told told;
  told.board.Set({"a", {BadPort("web"), BadPort("api")}}, kNoon);
  EXPECT_THAT(told.changes, ElementsAre("+web", "+api"));

  told.changes.clear();
  told.board.Set({"a", {BadPort("api"), BadPort("db")}}, kNoon);
  EXPECT_THAT(told.changes, ElementsAre("-web", "+db"));

  told.changes.clear();
  told.board.Set({"a", {BadPort("db"), BadPort("api")}}, kNoon);
  EXPECT_THAT(told.changes, IsEmpty());

  told.board.Set({"a", {}}, kNoon);
  EXPECT_THAT(told.changes, SizeIs(2));
  EXPECT_THAT(told.board.All(), IsEmpty());
}

TEST(ProblemBoard, SourcesDoNotTouchEachOther) {
  ProblemBoard board;
  board.Set({"a", {BadPort("web")}}, kNoon);
  board.Set({"b", {BadPort("api")}}, kNoon);
  board.Set({"a", {}}, kNoon);
  ASSERT_THAT(board.All(), SizeIs(1));
  EXPECT_EQ(board.All()[0].problem, BadPort("api"));
}

TEST(ProblemBoard, EqualOnesOfOneSourceAreOne) {
  Told told;
  told.board.Set({"a", {BadPort("web"), BadPort("web")}}, kNoon);
  EXPECT_THAT(told.changes, ElementsAre("+web"));
  told.board.Set({"a", {BadPort("web"), BadPort("web")}}, kNoon);
  EXPECT_THAT(told.changes, SizeIs(1));
  EXPECT_THAT(told.board.All(), SizeIs(1));
}

TEST(ProblemBoard, SortsByPlace) {
  ProblemBoard board;
  Problem of_service;
  of_service.place.service = "shop/web";
  board.Set({"a", {BadPort("web"), BadPort("api")}}, kNoon);
  board.Set({"b", {of_service}}, kNoon);
  const auto all = board.All();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].problem, of_service);
  EXPECT_EQ(all[1].problem.place.container, "api");
  EXPECT_EQ(all[2].problem.place.container, "web");
}

TEST(ProblemBoard, CountsWhatIsTooMuchOfOneSource) {
  ProblemBoard board;
  board.Set({"a", Many(ProblemBoard::kMostOfSource)}, kNoon);
  EXPECT_THAT(board.All(), SizeIs(ProblemBoard::kMostOfSource));

  board.Set({"a", Many(ProblemBoard::kMostOfSource + 50)}, kNoon);
  const auto all = board.All();
  ASSERT_THAT(all, SizeIs(ProblemBoard::kMostOfSource));
  // Without a word it sorts before the others of its place.
  EXPECT_THAT(all[0].problem.what, HasSubstr("51 more"));
  EXPECT_EQ(all[0].problem.place.container, "web");
  EXPECT_EQ(all[0].problem.place.word, "");
}

TEST(ProblemBoard, CountsWhatIsTooMuchInAllAndTakesItWhenThereIsRoom) {
  ProblemBoard board;
  constexpr size_t kSources = ProblemBoard::kMost / ProblemBoard::kMostOfSource;
  for (size_t i = 0; i < kSources; ++i) {
    board.Set({absl::StrCat(i), Many(ProblemBoard::kMostOfSource)}, kNoon);
  }
  EXPECT_THAT(board.All(), SizeIs(ProblemBoard::kMost));

  board.Set({"late", {BadPort("late"), BadPort("later")}}, kNoon + absl::Minutes(1));
  const auto full = board.All();
  ASSERT_THAT(full, SizeIs(ProblemBoard::kMost + 1));
  EXPECT_THAT(full[0].problem.what, HasSubstr("2 more problems"));
  EXPECT_EQ(full[0].since, kNoon + absl::Minutes(1));

  board.Set({"0", {}}, kNoon + absl::Minutes(2));
  board.Set({"late", {BadPort("late"), BadPort("later")}}, kNoon + absl::Minutes(2));
  EXPECT_THAT(board.All(), SizeIs(ProblemBoard::kMost - ProblemBoard::kMostOfSource + 2));
}

}  // namespace
}  // namespace fairlead
