// What real engines said, and what we make of it. Golden files: testdata/golden, one a sample.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "agents/engine/container.h"
#include "agents/engine/event.h"
#include "agents/engine/listing.h"
#include "test/support/files.h"

namespace fairlead {
namespace {

constexpr char kSamples[] = "test/samples";

std::string GoldenOf(absl::string_view sample) {
  return absl::StrCat("agents/engine/testdata/golden/", sample.substr(sizeof(kSamples)), ".txt");
}

std::string Written(const InspectedContainer& inspection) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(inspection.container, &text);
  return absl::StrCat(text, "stop_signal: ", inspection.stop_signal,
                      "\nstop_timeout: ", absl::FormatDuration(inspection.stop_timeout), "\n");
}

std::string Written(const Event& event) {
  constexpr absl::string_view kKinds[] = {"killed",  "ended",   "removed", "started",
                                          "created", "network", "changed", "network created"};
  return absl::StrFormat(
      "%d %-15s %s %s\n", event.time_nano, kKinds[static_cast<int>(event.kind)],
      event.container_id.substr(0, 12),
      event.kind == Event::Kind::kKilled
          ? absl::StrCat("signal ", event.signal)
          : absl::StrCat(event.network_id.substr(0, 12), " ", event.network_driver));
}

TEST(Samples, Inspections) {
  int seen = 0;
  for (const std::string& sample : TestFiles(kSamples)) {
    if (!absl::StrContains(sample, "/inspect-")) continue;
    ++seen;
    const auto inspection = ParseInspection(TestFile(sample));
    ASSERT_TRUE(inspection.ok()) << sample << ": " << inspection.status();
    ExpectGolden(GoldenOf(sample), Written(*inspection));
  }
  EXPECT_EQ(seen, 24);
}

TEST(Samples, Events) {
  int seen = 0;
  for (const std::string& sample : TestFiles(kSamples)) {
    if (!absl::StrContains(sample, "/events-")) continue;
    ++seen;
    std::string written;
    for (const absl::string_view line :
         absl::StrSplit(TestFile(sample), '\n', absl::SkipWhitespace())) {
      // One sample begins in the middle of a line.
      const auto event = ParseEvent(line);
      if (!event.ok()) {
        EXPECT_EQ(event.status().code(), absl::StatusCode::kDataLoss);
        absl::StrAppend(&written, "broken\n");
      } else if (event->has_value()) {
        absl::StrAppend(&written, Written(**event));
      }
    }
    ExpectGolden(GoldenOf(sample), written);
  }
  EXPECT_EQ(seen, 9);
}

absl::StatusOr<std::vector<ListedContainer>> ParseContainerList(absl::string_view text) {
  ContainerList list;
  const absl::Status taken = list.Take(text);
  return taken.ok() ? list.End() : taken;
}

TEST(Samples, Lists) {
  for (const std::string& sample : TestFiles(kSamples)) {
    if (!absl::EndsWith(sample, "/containers-list.json")) continue;
    const auto list = ParseContainerList(TestFile(sample));
    ASSERT_TRUE(list.ok()) << sample << ": " << list.status();
    std::string written;
    std::set<size_t> fingerprints;
    for (const ListedContainer& row : *list) {
      absl::StrAppend(&written, row.id, " ", row.state, "\n");
      fingerprints.insert(row.fingerprint);
    }
    ExpectGolden(GoldenOf(sample), written);
    EXPECT_EQ(fingerprints.size(), list->size()) << sample << ": rows look alike";
  }
}

TEST(Samples, NetworkDrivers) {
  for (const char* version : {"docker", "docker-26"}) {
    const auto drivers = ParseNetworkDrivers(
        TestFile(absl::StrCat("test/samples/", version, "/networks-list.json")));
    ASSERT_TRUE(drivers.ok()) << drivers.status();
    std::string written;
    for (const auto& [id, driver] : *drivers) absl::StrAppend(&written, id, " ", driver, "\n");
    ExpectGolden(absl::StrCat("agents/engine/testdata/golden/", version, "/networks-list.json.txt"),
                 written);
  }
}

TEST(Samples, TimeAndOrderOfPortsDoNotChangeTheFingerprint) {
  const std::string list = TestFile("test/samples/docker/containers-list.json");
  const std::string later =
      absl::StrReplaceAll(list, {{"Up 2 seconds", "Up 3 hours"}, {"Up 3 seconds", "Up 3 hours"}});
  const std::string sick = absl::StrReplaceAll(list, {{"(healthy)", "(unhealthy)"}});
  ASSERT_NE(list, later);
  ASSERT_NE(list, sick);
  const auto before = ParseContainerList(list);
  const auto after = ParseContainerList(later);
  const auto changed = ParseContainerList(sick);
  int differing = 0;
  for (size_t i = 0; i < before->size(); ++i) {
    EXPECT_EQ((*before)[i].fingerprint, (*after)[i].fingerprint) << i;
    if ((*before)[i].fingerprint != (*changed)[i].fingerprint) ++differing;
  }
  EXPECT_GT(differing, 0);
}

}  // namespace
}  // namespace fairlead
