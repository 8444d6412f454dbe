#include "server/snapshot/persistent_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using Map = PersistentMap<int>;

Map::Pointer Of(int value) { return std::make_shared<const int>(value); }

std::map<std::string, int> Content(const Map& map) {
  std::map<std::string, int> content;
  map.ForEach([&](absl::string_view name, const Map::Pointer& value) {
    content[std::string(name)] = *value;
  });
  return content;
}

TEST(PersistentMap, AChangeLeavesTheMapBeforeAsItWas) {
  const Map empty;
  const Map one = empty.With("a", Of(1));
  const Map other = one.With("a", Of(2)).With("b", Of(3));
  const Map none = other.Without("a").Without("b").Without("never there");

  EXPECT_EQ(empty.Find("a"), nullptr);
  EXPECT_EQ(**one.Find("a"), 1);
  EXPECT_EQ(**other.Find("a"), 2);
  EXPECT_EQ(other.size(), 2u);
  EXPECT_TRUE(none.empty());
  EXPECT_THAT(Content(none), testing::IsEmpty());
}

TEST(PersistentMap, EqualsAnOrdinaryMapAfterAnyChanges) {
  for (int seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    Map map;
    std::map<std::string, int> model;
    for (int i = 0; i < 3000; ++i) {
      const std::string name = absl::StrCat("shop/web-", random() % 800, ":8000");
      if (random() % 3 == 0) {
        map = map.Without(name);
        model.erase(name);
      } else {
        map = map.With(name, Of(i));
        model[name] = i;
      }
      ASSERT_EQ(map.size(), model.size());
    }
    EXPECT_EQ(Content(map), model) << "seed " << seed;
    for (const auto& [name, value] : model) EXPECT_EQ(**map.Find(name), value);
  }
}

TEST(PersistentMap, WhatDidNotChangeIsShared) {
  Map map;
  for (int i = 0; i < 1000; ++i) map = map.With(absl::StrCat("n", i), Of(i));
  const Map changed = map.With("n7", Of(-7));
  for (int i = 0; i < 1000; ++i) {
    const std::string name = absl::StrCat("n", i);
    EXPECT_EQ(changed.Find(name)->get() == map.Find(name)->get(), i != 7);
  }
}

TEST(PersistentMap, TheDifferenceIsWhatOrdinaryMapsDifferIn) {
  for (int seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    Map before;
    for (int i = 0; i < 500; ++i) before = before.With(absl::StrCat("n", random() % 400), Of(i));
    Map after = before;
    std::map<std::string, bool> touched;
    for (int i = 0; i < 40; ++i) {
      const std::string name = absl::StrCat("n", random() % 600);
      after = random() % 2 == 0 ? after.With(name, Of(-i)) : after.Without(name);
    }
    Map patched = before;
    Map::ForEachDifference(
        before, after,
        [&](absl::string_view name, const Map::Pointer& was, const Map::Pointer& is) {
          const Map::Pointer* const found = before.Find(name);
          EXPECT_EQ(was, found == nullptr ? nullptr : *found);
          EXPECT_NE(was, is);
          EXPECT_TRUE(touched.emplace(std::string(name), true).second);
          patched = is == nullptr ? patched.Without(name) : patched.With(name, is);
        });
    EXPECT_EQ(Content(patched), Content(after)) << "seed " << seed;
    EXPECT_LE(touched.size(), 40u);
  }
}

TEST(PersistentMap, ThereIsNoDifferenceToItself) {
  const Map map = Map().With("a", Of(1)).With("b", Of(2));
  Map::ForEachDifference(map, Map(map), [](auto&&...) { FAIL(); });
  Map::ForEachDifference(Map(), Map(), [](auto&&...) { FAIL(); });
}

}  // namespace
}  // namespace fairlead
