#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fairlead {

struct LoadOptions {
  sockaddr_in to = {};
  std::string host;  // of the Host header
  std::string path = "/";
  int rate = 500;      // requests a second
  int post_every = 5;  // each so-manieth request is a POST; 0: none
  int seconds = 0;     // how long requests become due; 0: until `stop` is readable
  std::chrono::milliseconds timeout{10'000};  // for one request, from when it was due
};

// A request that was not answered with status 200.
struct FailedRequest {
  uint64_t number = 0;  // from 0, in the order in which they were due; sent as X-Receipt
  bool is_post = false;
  std::chrono::nanoseconds due{};      // since the first one
  std::chrono::nanoseconds latency{};  // from when it was due
  int status = 0;                      // 0: no answer
  std::string error;                   // the answer's body, or what became of the connection
};

struct LoadResult {
  uint64_t requests = 0;
  uint64_t posts = 0;
  std::map<std::string, uint64_t> answers_by_container;  // status 200 only
  std::vector<FailedRequest> failed;
  std::vector<std::chrono::nanoseconds>
      latencies;  // of those with status 200, from when due; sorted
  // The furthest that this program itself was behind: large figures say that the machine was too
  // busy for the rest.
  std::chrono::nanoseconds worst_delay{};
};

// Sends requests at a constant rate over connections that are kept and used again, whatever becomes
// of the earlier ones: each is due at its time, and its latency counts from there. Returns when all
// are answered or have failed. `stop` is a descriptor that becomes readable when no more shall be
// sent. UNAVAILABLE when the kernel refuses what it needs.
absl::StatusOr<LoadResult> RunOpenLoop(const LoadOptions& options, int stop);

}  // namespace fairlead
