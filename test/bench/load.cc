// A constant rate of requests through a proxy, and what became of each. Ends after --seconds or on
// SIGTERM, and prints one JSON object:
//   requests, posts          how many were sent
//   containers               {short id: how many it answered with 200}
//   failed                   [{number, method, due_ms, latency_ms, status, error}], see
//   FailedRequest latency_ms               {p50, p90, p99, max}, from when each was due
//   worst_delay_ms           how far behind this program was itself
#include <arpa/inet.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "test/bench/address.h"
#include "test/bench/open_loop.h"

namespace fairlead {
namespace {

using Json = nlohmann::json;

double Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

Json Quantiles(const std::vector<std::chrono::nanoseconds>& sorted) {
  if (sorted.empty()) return Json::object();
  const auto at = [&sorted](double share) {
    return Milliseconds(
        sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))]);
  };
  return {{"p50", at(0.5)}, {"p90", at(0.9)}, {"p99", at(0.99)}, {"max", at(1)}};
}

Json ToJson(const LoadResult& result) {
  Json failed = Json::array();
  for (const FailedRequest& request : result.failed) {
    failed.push_back({{"number", request.number},
                      {"method", request.is_post ? "POST" : "GET"},
                      {"due_ms", Milliseconds(request.due)},
                      {"latency_ms", Milliseconds(request.latency)},
                      {"status", request.status},
                      {"error", request.error}});
  }
  return {{"requests", result.requests},
          {"posts", result.posts},
          {"containers", result.answers_by_container},
          {"failed", failed},
          {"latency_ms", Quantiles(result.latencies)},
          {"worst_delay_ms", Milliseconds(result.worst_delay)}};
}

// A descriptor that is readable when the process shall end.
int EndSignals() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  return signalfd(-1, &ends, SFD_CLOEXEC);
}

int Main(int argc, char** argv) {
  LoadOptions options;
  std::string to;
  CLI::App app("Sends requests at a constant rate and counts what became of them");
  app.add_option("--to", to, "IP:PORT of the proxy")->required();
  app.add_option("--host", options.host, "the Host header")->required();
  app.add_option("--path", options.path, "what to ask for")->capture_default_str();
  app.add_option("--rate", options.rate, "requests a second")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--post-every", options.post_every, "each so-manieth request is a POST; 0: none")
      ->capture_default_str()
      ->check(CLI::Range(0, 1'000'000));
  app.add_option("--seconds", options.seconds, "how long; 0: until SIGTERM")
      ->capture_default_str()
      ->check(CLI::Range(0, 86'400));
  CLI11_PARSE(app, argc, argv);
  const std::optional<sockaddr_in> address = ParseAddress(to);
  if (!address.has_value()) {
    std::cerr << "load: --to: '" << to << "' is no IP:PORT, such as 127.0.0.1:8080\n";
    return 2;
  }
  options.to = *address;
  const absl::StatusOr<LoadResult> result = RunOpenLoop(options, EndSignals());
  if (!result.ok()) {
    std::cerr << "load: " << result.status() << "\n";
    return 1;
  }
  std::cout << ToJson(*result).dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) { return fairlead::Main(argc, argv); }
