// What no good engine says: bounds, broken JSON, lies. And the small grammars.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agents/engine/api_version.h"
#include "agents/engine/container.h"
#include "agents/engine/engine_url.h"
#include "agents/engine/event.h"
#include "agents/engine/image.h"
#include "agents/engine/json.h"
#include "agents/engine/line_splitter.h"
#include "agents/engine/listing.h"
#include "agents/engine/signal_number.h"
#include "test/support/files.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A plain container that runs, changed by `change`.
std::string Changed(const std::function<void(nlohmann::json&)>& change) {
  auto json = nlohmann::json::parse(TestFile("test/samples/docker/inspect-plain.json"));
  change(json);
  return json.dump();
}

std::string Message(const std::function<void(nlohmann::json&)>& change) {
  const auto inspection = ParseInspection(Changed(change));
  if (inspection.ok()) return "ok";
  EXPECT_EQ(inspection.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(inspection.status().message());
}

TEST(Inspection, WhatIsBeyondABoundIsRefusedWithTheReason) {
  const struct {
    std::function<void(nlohmann::json&)> change;
    std::string message;
  } cases[] = {
      {[](auto&) {}, "ok"},
      {[](auto& j) { j["Id"] = "x"; }, "its id 'x' is not one of 64 hexadecimal digits"},
      {[](auto& j) { j.erase("Id"); }, "its id '' is not one of 64 hexadecimal digits"},
      {[](auto& j) { j["State"]["Status"] = "dreaming"; }, "its state 'dreaming' is unknown"},
      {[](auto& j) {
         for (int i = 0; i < 10'000; ++i) j["Config"]["Labels"][absl::StrCat("l", i)] = "v";
       },
       "it has 10000 labels; the most is 1000"},
      {[](auto& j) { j["Config"]["Labels"]["big"] = std::string(1'000'000, 'x'); },
       "its label 'big' has 1000000 bytes; the most is 65536"},
      {[](auto& j) {
         j["Config"]["Env"].push_back(absl::StrCat("VIRTUAL_HOST=", std::string(70'000, 'x')));
       },
       "its variable VIRTUAL_HOST has 70013 bytes; the most is 65536"},
      {[](auto& j) {
         for (int i = 0; i < 900; ++i) {
           j["Config"]["Labels"][absl::StrCat("l", i)] = std::string(2000, 'x');
         }
       },
       "its facts have"},
      {[](auto& j) { j["Config"]["ExposedPorts"]["80a/tcp"] = nlohmann::json::object(); },
       "its port '80a/tcp' is none"},
      {[](auto& j) { j["Config"]["ExposedPorts"]["0/tcp"] = nlohmann::json::object(); },
       "its port '0/tcp' is none"},
      {[](auto& j) { j["Config"]["ExposedPorts"]["1-65535/tcp"] = nlohmann::json::object(); },
       "it has more than 16384 ports"},
      {[](auto& j) { j["NetworkSettings"]["Networks"]["bridge"]["IPAddress"] = "1.2.3"; },
       "its address '1.2.3' in network 'bridge' is not an IP address"},
      {[](auto& j) { j["NetworkSettings"]["Ports"]["8000/tcp"][0]["HostPort"] = "99999"; },
       "its port 8000/tcp is published at '127.0.0.1', '99999', which is no address and port"},
  };
  for (const auto& each : cases) EXPECT_THAT(Message(each.change), HasSubstr(each.message));
}

TEST(Inspection, OtherTypesThanExpectedAreLikeAbsence) {
  const auto inspection = ParseInspection(Changed([](nlohmann::json& j) {
    j["Config"]["Labels"] = 5;
    j["Config"]["Env"] = "PATH";
    j["Config"]["ExposedPorts"] = nullptr;
    j["NetworkSettings"] = nullptr;
    j["State"]["Health"] = "well";
    j["Name"] = 7;
  }));
  ASSERT_TRUE(inspection.ok()) << inspection.status();
  EXPECT_EQ(inspection->container.networks_size(), 0);
  EXPECT_EQ(inspection->container.ports_size(), 0);
  EXPECT_EQ(inspection->container.name(), "");
}

// As the engine tells of a container on an internal network, which publishes nothing.
TEST(Inspection, WithoutPortsOfItsNetworkTheExposedOnesAreThere) {
  const auto inspection = ParseInspection(Changed([](nlohmann::json& j) {
    j["NetworkSettings"]["Ports"] = nlohmann::json::object();
    j["Config"]["ExposedPorts"] = {{"8000/tcp", nlohmann::json::object()},
                                   {"53/udp", nlohmann::json::object()}};
  }));
  ASSERT_TRUE(inspection.ok()) << inspection.status();
  std::vector<std::string> ports;
  for (const v1::Port& port : inspection->container.ports()) {
    ports.push_back(absl::StrCat(port.container_port(), "/", port.protocol()));
    EXPECT_EQ(port.published_size(), 0);
  }
  EXPECT_THAT(ports, ElementsAre("53/udp", "8000/tcp"));
}

TEST(Inspection, OnlyTheVocabularyLeavesTheHost) {
  const auto inspection = ParseInspection(Changed([](nlohmann::json& j) {
    j["Config"]["Env"] = {"PASSWORD=secret",    "VIRTUAL_HOST=a.example", "VIRTUAL_HOST_X=b",
                          "virtual_host=small", "VIRTUAL_PORT",           "HSTS=off=really"};
  }));
  ASSERT_TRUE(inspection.ok());
  EXPECT_EQ(inspection->image_id,
            "sha256:31b906fd7ee27aee86d61c28ab45f1d2f37e4054c9370152758cb61fc4107903");
  const auto& environment = inspection->container.environment();
  EXPECT_EQ(environment.size(), 2);
  EXPECT_EQ(environment.at("VIRTUAL_HOST"), "a.example");
  EXPECT_EQ(environment.at("HSTS"), "off=really");
}

TEST(Image, WhatPublishesItsContainers) {
  const struct {
    std::string config;
    PublishingWords words;
  } cases[] = {
      {R"({"Env": ["PATH=/bin", "VIRTUAL_HOST=a.example,b=c", "VIRTUAL_PORT=80", "VIRTUAL_HOST_X=d"],
           "Labels": {"fairlead.host": "e.example", "fairlead.port": "80"}})",
       {{"VIRTUAL_HOST", "a.example,b=c"}, {"fairlead.host", "e.example"}}},
      {R"({"Env": null, "Labels": null})", {}},
      {R"({"Env": {"VIRTUAL_HOST": "a"}, "Labels": ["fairlead.host"]})", {}},
      {R"({"Env": [7, "VIRTUAL_HOST_MULTIPORTS"], "Labels": {"fairlead.multiports": 7}})",
       {{"VIRTUAL_HOST_MULTIPORTS", ""}}},
      {absl::StrCat(R"({"Env": ["VIRTUAL_HOST=)", std::string(4097, 'a'), R"("]})"), {}},
  };
  for (const auto& each : cases) {
    const auto words = ParseImage(absl::StrCat(R"({"Config": )", each.config, "}"));
    ASSERT_TRUE(words.ok()) << words.status();
    EXPECT_EQ(*words, each.words) << each.config;
  }
  EXPECT_EQ(ParseImage("{}").value(), PublishingWords());
  EXPECT_EQ(ParseImage(R"({"Config": )").status().code(), absl::StatusCode::kDataLoss);
}

TEST(Inspection, StopSignalAndTimeout) {
  const auto inspection = ParseInspection(Changed([](nlohmann::json& j) {
    j["Config"]["StopSignal"] = "SIGQUIT";
    j["Config"]["StopTimeout"] = 30;
  }));
  EXPECT_EQ(inspection->stop_signal, 3);
  EXPECT_EQ(inspection->stop_timeout, absl::Seconds(30));
}

TEST(Inspection, BrokenJsonIsToldWithItsPlace) {
  const std::string whole = TestFile("test/samples/docker/inspect-plain.json");
  const auto inspection = ParseInspection(absl::string_view(whole).substr(0, 100));
  EXPECT_EQ(inspection.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(inspection.status().message()), HasSubstr("at byte 101"));
}

TEST(Inspection, AnyBeginningOfATextIsNoCrash) {
  const std::string whole = TestFile("test/samples/docker/inspect-two.json");
  for (size_t size = 0; size < whole.size() - 2; ++size) {
    EXPECT_FALSE(ParseInspection(absl::string_view(whole).substr(0, size)).ok()) << size;
  }
}

TEST(Json, DeepTextIsRefusedBeforeItIsParsed) {
  EXPECT_THAT(std::string(ParseJson(std::string(100'000, '['), "GET /x").status().message()),
              HasSubstr("GET /x: the engine's answer is no usable JSON at byte 64: it nests too"));
  EXPECT_TRUE(ParseJson("[[1]]", "x").ok());
}

TEST(Json, WhatIsLeftOutIsNotKept) {
  const auto json = ParseJsonWithout(
      "Labels", R"({"Id":"a","Labels":{"Labels":[1]},"b":[{"Labels":2}]})", "GET /x");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->dump(), R"({"Id":"a","b":[{}]})");
  EXPECT_FALSE(ParseJsonWithout("Labels", R"({"Labels":)", "GET /x").ok());
}

TEST(Json, ANumberBeyondAllTypesIsBrokenToo) {
  EXPECT_EQ(ParseJson("[1e999]", "GET /x").status().code(), absl::StatusCode::kDataLoss);
}

// In pieces of `size` bytes.
std::vector<std::string> Items(absl::string_view text, size_t size) {
  std::vector<std::string> found;
  JsonItems items("x", 10, [&](absl::string_view item, bool whole) {
    found.push_back(absl::StrCat(item.substr(0, 20), whole ? "" : "..."));
    return absl::OkStatus();
  });
  for (size_t at = 0; at < text.size(); at += size) items.Take(text.substr(at, size)).IgnoreError();
  if (!items.End().ok()) found.push_back("error");
  return found;
}

TEST(Json, ItemsOfAList) {
  for (const size_t size : {1, 3, 1000}) {
    EXPECT_THAT(Items(" [ ] ", size), ElementsAre());
    EXPECT_THAT(Items(R"([1,"a,]\",", [2,3],{"b":[4]}] )", size),
                ElementsAre("1", R"("a,]\",")", "[2,3]", R"({"b":[4]})"));
    EXPECT_THAT(Items("[[0123456789],7]", size), ElementsAre("[012345678...", "7"));
    EXPECT_THAT(Items("[1,]", size), ElementsAre("1", ""));
    EXPECT_THAT(Items("[1] 2", size), ElementsAre("1", "error"));
    EXPECT_THAT(Items("[1", size), ElementsAre("error"));
    for (const char* text : {"", "[", "]", "{}", "null"}) {
      EXPECT_THAT(Items(text, size), ElementsAre("error")) << text;
    }
  }
}

absl::StatusOr<std::vector<ListedContainer>> ParseContainerList(absl::string_view text) {
  ContainerList list;
  const absl::Status taken = list.Take(text);
  return taken.ok() ? list.End() : taken;
}

TEST(List, AHugeRowIsTakenForItsId) {
  const std::string labels(2 << 20, 'x');
  const auto list = ParseContainerList(absl::StrCat(R"([ {"Id" : "a","Labels":{"l":")", labels,
                                                    R"("}},{"Id":"b","State":"running"}])"));
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->size(), 2);
  EXPECT_EQ((*list)[0].id, "a");
  EXPECT_EQ((*list)[1].state, "running");
  EXPECT_FALSE(ParseContainerList(absl::StrCat(R"([{"L":")", labels, R"(","Id":"a"}])")).ok());
}

TEST(List, ARowWithoutIdMakesTheWholeListUnbelievable) {
  EXPECT_EQ(ParseContainerList(R"([{"Id":"a"},{"Names":["/b"]}])").status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(ParseContainerList(R"([{"Id":"a"},])").status().code(), absl::StatusCode::kDataLoss);
}

TEST(Networks, PodmansDefaultOneIsKnownByTheNameThatItHasInInspections) {
  const auto drivers = ParseNetworkDrivers(
      R"([{"Name":"bridge","Driver":"bridge",)"
      R"("Id":"2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9"}])");
  ASSERT_TRUE(drivers.ok()) << drivers.status();
  EXPECT_EQ((*drivers)[1].first, "podman");
  EXPECT_EQ((*drivers)[1].second, "bridge");
}

TEST(Event, WhatEveryEventHasMustBeThere) {
  for (const char* line :
       {"", "{", "[]", "{}", R"({"Type":"container","Action":"start","Actor":{}})",
        R"({"Action":"start","Actor":{"ID":"a"}})", R"({"Type":"container","Actor":{"ID":"a"}})"}) {
    EXPECT_EQ(ParseEvent(line).status().code(), absl::StatusCode::kDataLoss) << line;
  }
}

TEST(Event, NanosecondsKeepTheirLastDigits) {
  const auto event = ParseEvent(
      R"({"Type":"container","Action":"die","Actor":{"ID":"a"},"timeNano":1795504815642699551})");
  EXPECT_EQ((*event)->time_nano, 1795504815642699551);
}

TEST(Signal, NamesAndNumbers) {
  const struct {
    absl::string_view text;
    std::optional<int> number;
  } cases[] = {
      {"15", 15},       {"SIGTERM", 15},    {"TERM", 15},     {"sigterm", 15}, {"SIGQUIT", 3},
      {"WINCH", 28},    {"SIGRTMIN+3", 37}, {"RTMAX-1", 63},  {"RTMIN", 34},   {"", {}},
      {"0", {}},        {"65", {}},         {"-1", {}},       {"SIG", {}},     {"TERM+1", {}},
      {"RTMIN+99", {}}, {"RTMIN+", {}},     {"nonsense", {}},
  };
  for (const auto& each : cases) EXPECT_EQ(SignalNumber(each.text), each.number) << each.text;
}

TEST(ApiVersion, TheOlderOfBoth) {
  const struct {
    ApiVersion theirs;
    std::string expected;
  } cases[] = {{{1, 41}, "1.41"}, {{1, 24}, "1.24"}, {{1, 45}, "1.45"},
               {{1, 99}, "1.45"}, {{2, 0}, "1.45"},  {{1, 23}, "refused"}};
  for (const auto& each : cases) {
    const auto version = NegotiatedVersion(each.theirs);
    EXPECT_EQ(version.ok() ? version->ToString() : "refused", each.expected);
  }
  EXPECT_THAT(
      std::string(NegotiatedVersion({1, 12}).status().message()),
      HasSubstr("the engine speaks version 1.12 of the Docker Engine API, and the agent needs "
                "1.24 or newer"));
  for (const char* text : {"", "1", "1.", ".1", "1.x", "1.-2", "1.2.3"}) {
    EXPECT_FALSE(ParseApiVersion(text).ok()) << text;
  }
}

TEST(EngineUrl, AsDockersOwnClientReadsIt) {
  const struct {
    const char* text;
    const char* certificates;
    std::string expected;
  } cases[] = {
      {"unix:///var/run/docker.sock", "", "/var/run/docker.sock::0"},
      {"unix:///var/run/docker.sock", "/certs", "/var/run/docker.sock::0"},
      {"tcp://h", "", ":h:2375"},
      {"tcp://h/", "", ":h:2375"},
      {"tcp://h", "/certs", ":h:2376/certs"},
      {"tcp://10.0.0.1:99", "/certs", ":10.0.0.1:99/certs"},
      {"tcp://[2001:db8::1]:99", "", ":2001:db8::1:99"},
      {"https://h:1", "/c", ":h:1/c"},
      {"unix://relative", "", "refused"},
      {"unix://", "", "refused"},
      {"ssh://h", "", "refused"},
      {"tcp://", "", "refused"},
      {"tcp://h:0", "", "refused"},
      {"tcp://h:x", "", "refused"},
      {"tcp://[::1", "", "refused"},
      {"/var/run/docker.sock", "", "refused"},
      {"", "", "refused"},
  };
  for (const auto& each : cases) {
    const auto url = ParseEngineUrl(each.text, each.certificates, "");
    EXPECT_EQ(url.ok() ? absl::StrCat(url->unix_path, ":", url->host, ":", url->port,
                                      url->certificate_directory)
                       : "refused",
              each.expected)
        << each.text;
  }
  EXPECT_FALSE(ParseEngineUrl(absl::StrCat("unix:///", std::string(107, 'x')), "", "").ok());
  EXPECT_TRUE(ParseEngineUrl("tcp://h", "/c", "1")->verify);
  EXPECT_FALSE(ParseEngineUrl("tcp://h", "/c", "")->verify);
}

TEST(LineSplitter, LinesOutOfPieces) {
  std::vector<std::string> lines;
  LineSplitter splitter(
      10, [&](absl::string_view line) { lines.emplace_back(line); },
      [&] { lines.emplace_back("(overlong)"); });
  for (const char* piece :
       {"ab", "c\nd", "\n\n \r\n", "0123456789\n", "0123456789a", "bcd\nxy\n", "z"}) {
    splitter.Take(piece);
  }
  EXPECT_THAT(lines, ElementsAre("abc", "d", "0123456789", "(overlong)", "xy"));
}

}  // namespace
}  // namespace fairlead
