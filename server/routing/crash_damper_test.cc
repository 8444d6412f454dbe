#include "server/routing/crash_damper.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/routing/example_facts.h"

namespace fairlead {
namespace {

// Two starts at once, then one in 30 s.
struct Step {
  int second;
  char what;  // '+' it starts, '-' it crashes, 'x' it is stopped as asked, 'p' paused, '=' is
              // looked at again
  bool held_back;
  bool crash_loops;
  int due = 0;  // second; 0: never
};

struct Case {
  const char* name;
  std::vector<Step> steps;
};

std::string Show(bool held_back, bool crash_loops, absl::Duration due) {
  return absl::StrCat(held_back ? "held back " : "", crash_loops ? "crash loop " : "", "due ",
                      absl::FormatDuration(due));
}

TEST(CrashDamper, SpacesStartsAfterCrashes) {
  const Case cases[] = {
      {"a start, and one after a crash", {{1, '+', 0, 0}, {2, '-', 0, 0}, {3, '+', 0, 0}}},
      {"the fourth start in a row waits for the second's time to pass",
       {{1, '+', 0, 0},
        {2, '-', 0, 0},
        {3, '+', 0, 0},
        {4, '-', 0, 0},
        {5, '+', 0, 0},
        {6, '-', 0, 0},
        {7, '+', 1, 1, 33},
        {32, '=', 1, 1, 33},
        {33, '=', 0, 1, 93},
        {92, '=', 0, 1, 93},
        {93, '=', 0, 0}}},
      {"it crashes while it is held back, which costs nothing",
       {{1, '+', 0, 0},
        {2, '-', 0, 0},
        {2, '+', 0, 0},
        {3, '-', 0, 0},
        {3, '+', 0, 0},
        {4, '-', 0, 0},
        {4, '+', 1, 1, 32},
        {5, '-', 0, 1, 62},
        {5, '+', 1, 1, 32},
        {31, '-', 0, 1, 62},
        {32, '+', 0, 1, 92},
        {33, '-', 0, 1, 92},
        {34, '+', 1, 1, 62}}},
      {"it stays down: the loop is over when its starts are paid for",
       {{1, '+', 0, 0},
        {1, '-', 0, 0},
        {1, '+', 0, 0},
        {1, '-', 0, 0},
        {1, '+', 0, 0},
        {1, '-', 0, 0},
        {1, '+', 1, 1, 31},
        {2, '-', 0, 1, 61},
        {61, '=', 0, 0}}},
      {"whoever stops and starts it by hand does not wait",
       {{1, '+', 0, 0},
        {2, 'x', 0, 0},
        {2, '+', 0, 0},
        {3, 'x', 0, 0},
        {3, '+', 0, 0},
        {4, 'x', 0, 0},
        {4, '+', 0, 0},
        {5, 'x', 0, 0},
        {5, '+', 0, 0}}},
      {"slow crashes are not kept waiting",
       {{1, '+', 0, 0},
        {30, '-', 0, 0},
        {31, '+', 0, 0},
        {60, '-', 0, 0},
        {61, '+', 0, 0},
        {90, '-', 0, 0},
        {91, '+', 0, 0}}},
      {"a pause is no end", {{1, '+', 0, 0}, {2, 'p', 0, 0}, {3, '=', 0, 0}, {4, 'p', 0, 0}}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    CrashDamper damper;
    ExampleContainer container;
    const CrashDamper::Options options = {.at_once = 2, .spacing = absl::Seconds(30)};
    for (const Step& step : test.steps) {
      const absl::Duration now = absl::Seconds(step.second);
      if (step.what == '+') {
        container.state = v1::Container::RUNNING;
        ++container.started_at;
      }
      if (step.what == 'p') container.state = v1::Container::PAUSED;
      if (step.what == 'x') {
        container.stopping = true;
        damper.Take(*container.Facts(), now, options);
        container.stopping = false;
      }
      if (step.what == '-' || step.what == 'x') container.state = v1::Container::EXITED;
      damper.Take(*container.Facts(), now, options);
      EXPECT_EQ(Show(damper.held_back(), damper.crash_loops(), damper.due()),
                Show(step.held_back, step.crash_loops,
                     step.due == 0 ? absl::InfiniteDuration() : absl::Seconds(step.due)))
          << "at second " << step.second;
    }
  }
}

TEST(CrashDamper, AnEndThatNobodySawIsACrashToo) {
  CrashDamper damper;
  ExampleContainer container;
  for (int start = 1; start <= 4; ++start) {
    container.started_at = start;
    damper.Take(*container.Facts(), absl::Seconds(1), {});
    EXPECT_EQ(damper.held_back(), start == 4) << start;
  }
}

// P15: once a second for ten minutes.
TEST(CrashDamper, ALoopIsAtMostOneChangeInTenSeconds) {
  CrashDamper damper;
  ExampleContainer container;
  int changes = 0;
  bool shown = false;
  const auto take = [&](absl::Duration now) {
    damper.Take(*container.Facts(), now, {});
    const bool shows = container.state == v1::Container::RUNNING && !damper.held_back();
    if (shows != shown) ++changes;
    shown = shows;
  };
  for (int second = 0; second < 600; ++second) {
    container.state = v1::Container::RUNNING;
    ++container.started_at;
    take(absl::Seconds(second));
    container.state = v1::Container::EXITED;
    take(absl::Seconds(second) + absl::Milliseconds(500));
  }
  EXPECT_LE(changes, 60);
  EXPECT_GE(changes, 20);
}

}  // namespace
}  // namespace fairlead
