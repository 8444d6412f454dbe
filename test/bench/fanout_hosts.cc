// The Docker hosts of test/bench/fanout: agents without engines, which report containers to a real
// server. Takes one JSON object a line on standard input and answers each with one line:
//   {"do": "fill", "to": "IP:PORT", "services": N, "endpoints": N}
//       so many containers of each service, on as many hosts as it takes; answers with the
//       clusters' names when all is in the server's catalog
//   {"do": "change", "services": [N, ...]}
//       the first container of each of these services is published on another port; answers
//       {"at_ns": when it began to tell that, by CLOCK_MONOTONIC}
//   {"do": "settle"}    answers when all that was told is in the server's catalog
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "test/bench/fanout_containers.h"
#include "test/fakes/agent/fake_agent.h"

namespace fairlead {
namespace {

using Json = nlohmann::json;

// A snapshot of so many is about 1 MiB; one message of an agent may have 4 MiB.
constexpr int kContainersPerHost = 2'500;

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

class FanoutHosts {
 public:
  Json Do(const Json& command) {
    const std::string what = command.at("do");
    if (what == "fill") return Fill(command);
    if (what == "change") return Change(command.at("services"));
    if (what == "settle") return Settle();
    throw std::invalid_argument(absl::StrCat("there is no command '", what, "'"));
  }

 private:
  Json Fill(const Json& command) {
    endpoints_ = command.at("endpoints");
    const int services = command.at("services");
    generations_.assign(static_cast<size_t>(services), 0);
    const int containers = services * endpoints_;
    for (int first = 0; first < containers; first += kContainersPerHost) {
      StartHost(command.at("to"), first, std::min(first + kContainersPerHost, containers));
    }
    Json answer = Settle();
    answer["names"] = Json::array();
    for (int service = 0; service < services; ++service) {
      answer["names"].push_back(FanoutCluster(service));
    }
    return answer;
  }

  // A host with the containers from `first` to before `end`, told in one snapshot.
  void StartHost(const std::string& server, int first, int end) {
    const size_t number = agents_.size() + 1;
    agents_.push_back(std::make_unique<FakeAgent>(FakeAgent::Options{
        .address = server,
        .host_id = absl::StrCat("bench-", number),
        .advertise_addresses = {absl::StrCat("10.9.0.", number)},
        .heartbeat_interval = absl::Seconds(2),
    }));
    FakeAgent& agent = *agents_.back();
    agent.Stall();
    for (int i = first; i < end; ++i) {
      agent.Run(FanoutContainer(i / endpoints_, i % endpoints_, 0));
    }
    agent.Resume();
  }

  Json Change(const std::vector<int>& services) {
    std::vector<std::vector<v1::Container>> by_host(agents_.size());
    for (const int service : services) {
      const int generation = ++generations_.at(static_cast<size_t>(service));
      const auto host = static_cast<size_t>(service * endpoints_ / kContainersPerHost);
      by_host.at(host).push_back(FanoutContainer(service, 0, generation));
    }
    const int64_t at_ns = NowNs();
    for (size_t host = 0; host < by_host.size(); ++host) {
      if (!by_host[host].empty()) agents_[host]->Run(by_host[host]);
    }
    return {{"at_ns", at_ns}};
  }

  Json Settle() {
    for (const auto& agent : agents_) {
      if (!agent->AwaitAcknowledged()) throw std::runtime_error("the server acknowledged nothing");
    }
    return {{"hosts", agents_.size()}};
  }

  int endpoints_ = 1;
  std::vector<int> generations_;  // how often each service was changed
  std::vector<std::unique_ptr<FakeAgent>> agents_;
};

void Run() {
  FanoutHosts hosts;
  for (std::string line; std::getline(std::cin, line);) {
    Json answer;
    try {
      answer = hosts.Do(Json::parse(line));
    } catch (const std::exception& error) {
      answer = {{"error", absl::StrCat("'", line, "': ", error.what())}};
    }
    std::cout << answer.dump() << std::endl;
  }
}

}  // namespace
}  // namespace fairlead

int main() {
  fairlead::Run();
  return 0;
}
