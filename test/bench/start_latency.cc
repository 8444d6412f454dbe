// How long after `docker start` a new container serves: from the Engine API's 204 to the first
// response that the new container gave. One client tries each half millisecond; one other container
// of the service runs on. Each sample is a new container of an image without HEALTHCHECK, removed
// again afterwards. Prints one JSON object:
//   through_envoy_ms [..]   one figure a sample, in the order taken
//   straight_ms [..]        the same straight to the container's address, without any proxy
//   errors                  answers through Envoy whose status was not 200, while it tried
// Needs a network of the engine with the subnet PREFIX.0/24, and an Envoy in that host's network.
#include <poll.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "test/bench/address.h"
#include "test/bench/http_client_connection.h"

namespace fairlead {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr std::chrono::microseconds kBetweenTries(500);
constexpr std::chrono::seconds kDeadline(20);
constexpr std::chrono::milliseconds kTimeout(10'000);

struct Options {
  std::string engine;   // the engine's Unix socket
  std::string image;    // of //deploy/demo
  std::string network;  // a network of the engine
  std::string prefix;   // of its addresses, such as "10.203.3"
  std::string host;     // what the containers claim
  sockaddr_in envoy = {};
  sockaddr_in envoy_admin = {};
  int samples = 50;
};

// Gives the processor away until `time`.
void WaitUntil(Clock::time_point time) {
  const auto left =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time - Clock::now()).count();
  if (left <= 0) return;
  const timespec wait = {.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
  ppoll(nullptr, 0, &wait, nullptr);
}

class StartLatency {
 public:
  StartLatency(const Options& options, HttpClientConnection engine)
      : options_(options), engine_(std::move(engine)) {}

  absl::StatusOr<Json> Run() {
    const absl::StatusOr<std::string> resident = Create(2, true);
    if (!resident.ok()) return resident.status();
    if (absl::Status status = Start(*resident); !status.ok()) return status;
    if (absl::Status status = AwaitAnswerThroughEnvoy(*resident, Clock::now()).status();
        !status.ok())
      return status;
    Json result = {{"through_envoy_ms", Json::array()}, {"straight_ms", Json::array()}};
    errors_ = 0;
    for (int i = 0; i < options_.samples; ++i) {
      const absl::StatusOr<double> taken = SampleThroughEnvoy(i);
      if (!taken.ok()) return taken.status();
      result["through_envoy_ms"].push_back(*taken);
    }
    result["errors"] = errors_;
    for (int i = 0; i < options_.samples; ++i) {
      const absl::StatusOr<double> taken = SampleStraight(i);
      if (!taken.ok()) return taken.status();
      result["straight_ms"].push_back(*taken);
    }
    if (absl::Status status = Remove(*resident); !status.ok()) return status;
    return result;
  }

 private:
  std::string AddressOf(int last_byte) const {
    return options_.prefix + "." + std::to_string(last_byte);
  }

  // Calls the engine; its status must be `expected`.
  absl::StatusOr<Json> Call(const std::string& method, const std::string& target, int expected,
                            const Json& body = nullptr) {
    const absl::StatusOr<Response> response =
        engine_.Exchange(method, target, "engine", body.is_null() ? "" : body.dump());
    if (!response.ok()) return response.status();
    if (response->status != expected) {
      return absl::FailedPreconditionError(method + " " + target + " answered " +
                                           std::to_string(response->status) + ": " +
                                           response->body);
    }
    return Json::parse(response->body, nullptr, false);
  }

  // A new container's id. `routed`: it claims the host.
  absl::StatusOr<std::string> Create(int last_byte, bool routed) {
    const Json addresses = {
        {options_.network, {{"IPAMConfig", {{"IPv4Address", AddressOf(last_byte)}}}}}};
    Json body = {{"Image", options_.image},
                 {"HostConfig", {{"NetworkMode", options_.network}}},
                 {"NetworkingConfig", {{"EndpointsConfig", addresses}}}};
    if (routed) {
      body["Env"] = {"VIRTUAL_HOST=" + options_.host};
      body["Labels"] = {{"fairlead.service", "start-latency"}};
    }
    const absl::StatusOr<Json> created = Call("POST", "/containers/create", 201, body);
    if (!created.ok()) return created.status();
    return created->at("Id").get<std::string>();
  }

  absl::Status Start(const std::string& id) {
    return Call("POST", "/containers/" + id + "/start", 204).status();
  }

  absl::Status Remove(const std::string& id) {
    return Call("DELETE", "/containers/" + id + "?force=1", 204).status();
  }

  // Milliseconds from `since` to the first response of the container through Envoy.
  absl::StatusOr<double> AwaitAnswerThroughEnvoy(const std::string& id, Clock::time_point since) {
    absl::StatusOr<HttpClientConnection> client =
        HttpClientConnection::OpenTcp(options_.envoy, kTimeout);
    if (!client.ok()) return client.status();
    const Clock::time_point first = Clock::now();
    for (int tries = 1; Clock::now() - since < kDeadline; ++tries) {
      const absl::StatusOr<Response> response = client->Exchange("GET", "/", options_.host);
      const Clock::time_point answered = Clock::now();
      if (!response.ok()) return response.status();
      if (response->served_by == id.substr(0, 12)) {
        return std::chrono::duration<double, std::milli>(answered - since).count();
      }
      if (response->status != 200) ++errors_;
      WaitUntil(first + tries * kBetweenTries);
    }
    return absl::DeadlineExceededError("container " + id + " never answered through Envoy");
  }

  absl::StatusOr<double> SampleThroughEnvoy(int number) {
    const int last_byte = 3 + number % 250;
    const absl::StatusOr<std::string> id = Create(last_byte, true);
    if (!id.ok()) return id.status();
    if (absl::Status status = Start(*id); !status.ok()) return status;
    const absl::StatusOr<double> taken = AwaitAnswerThroughEnvoy(*id, Clock::now());
    if (!taken.ok()) return taken.status();
    if (absl::Status status = Remove(*id); !status.ok()) return status;
    if (absl::Status status = AwaitGoneFromEnvoy(AddressOf(last_byte)); !status.ok()) return status;
    return taken;
  }

  absl::Status AwaitGoneFromEnvoy(const std::string& ip) {
    absl::StatusOr<HttpClientConnection> admin =
        HttpClientConnection::OpenTcp(options_.envoy_admin, kTimeout);
    if (!admin.ok()) return admin.status();
    const Clock::time_point start = Clock::now();
    while (Clock::now() - start < kDeadline) {
      const absl::StatusOr<Response> clusters = admin->Exchange("GET", "/clusters", "admin");
      if (!clusters.ok()) return clusters.status();
      if (clusters->body.find("::" + ip + ":") == std::string::npos) return absl::OkStatus();
      WaitUntil(Clock::now() + std::chrono::milliseconds(5));
    }
    return absl::DeadlineExceededError("Envoy still has " + ip);
  }

  absl::StatusOr<double> SampleStraight(int number) {
    const std::string ip = AddressOf(3 + number % 250);
    const absl::StatusOr<std::string> id = Create(3 + number % 250, false);
    if (!id.ok()) return id.status();
    if (absl::Status status = Start(*id); !status.ok()) return status;
    const Clock::time_point since = Clock::now();
    const sockaddr_in address = *ParseAddress(ip + ":8000");
    for (int tries = 1; Clock::now() - since < kDeadline; ++tries) {
      absl::StatusOr<HttpClientConnection> client =
          HttpClientConnection::OpenTcp(address, kTimeout);
      if (client.ok() && client->Exchange("GET", "/", options_.host).ok()) {
        const std::chrono::duration<double, std::milli> taken = Clock::now() - since;
        if (absl::Status status = Remove(*id); !status.ok()) return status;
        return taken.count();
      }
      WaitUntil(since + tries * kBetweenTries);
    }
    return absl::DeadlineExceededError("container " + *id + " never answered at " + ip);
  }

  const Options& options_;
  HttpClientConnection engine_;
  int errors_ = 0;
};

int Main(int argc, char** argv) {
  Options options;
  std::string envoy;
  std::string envoy_admin;
  CLI::App app("Measures how long after docker start a new container serves through Envoy");
  app.add_option("--engine", options.engine, "the engine's Unix socket")->required();
  app.add_option("--image", options.image, "the demo image")->required();
  app.add_option("--network", options.network, "a network of the engine")->required();
  app.add_option("--prefix", options.prefix, "of its addresses, such as 10.203.3")->required();
  app.add_option("--host", options.host, "the host name that the containers claim")->required();
  app.add_option("--envoy", envoy, "IP:PORT of Envoy's listener")->required();
  app.add_option("--envoy-admin", envoy_admin, "IP:PORT of its admin page")->required();
  app.add_option("--samples", options.samples, "how many")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  CLI11_PARSE(app, argc, argv);
  const std::optional<sockaddr_in> to = ParseAddress(envoy);
  const std::optional<sockaddr_in> admin = ParseAddress(envoy_admin);
  if (!to.has_value() || !admin.has_value()) {
    std::cerr << "start_latency: --envoy and --envoy-admin want IP:PORT, such as 127.0.0.1:8080\n";
    return 2;
  }
  options.envoy = *to;
  options.envoy_admin = *admin;
  absl::StatusOr<HttpClientConnection> engine =
      HttpClientConnection::OpenUnix(options.engine, kTimeout);
  const absl::StatusOr<Json> result =
      engine.ok() ? StartLatency(options, *std::move(engine)).Run() : engine.status();
  if (!result.ok()) {
    std::cerr << "start_latency: " << result.status() << "\n";
    return 1;
  }
  std::cout << result->dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) { return fairlead::Main(argc, argv); }
