#pragma once

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fairlead {

// What proxies say of the requests that they sent to something, all of them together.
struct Load {
  uint64_t requests = 0;  // since the server started
  uint64_t errors = 0;    // of those: no answer, or 5xx
  // By the last report of each proxy.
  double requests_per_second = 0;
};

// Sums the load reports of all proxies, by cluster and by endpoint. When there are too many names,
// those go that no connected proxy has sent requests to lately.
//
// Thread-safe: reports are a few a second, so one mutex is enough.
class LoadBoard {
 public:
  // Names of clusters and endpoints come from proxies: one more than this is not counted.
  static constexpr size_t kMostNames = 200'000;
  // Nor are more rates than this kept, of all streams and names.
  static constexpr size_t kMostRates = 1'000'000;
  // Nor is one that is longer, in bytes: none of ours is.
  static constexpr size_t kLongestName = 1'024;

  // A proxy's stream reports that in the last `interval` it began `requests` to `name`, of which
  // `errors` failed. `stream` tells streams apart.
  void Add(uint64_t stream, const std::string& name, uint64_t requests, uint64_t errors,
           absl::Duration interval);
  // The stream has ended: its rates count no more.
  void Forget(uint64_t stream);

  // `name`: a cluster's, or EndpointName's. Zero if nobody reported any.
  Load Of(const std::string& name) const;

  // The name of an endpoint of a cluster.
  static std::string EndpointName(const std::string& cluster, const std::string& address,
                                  uint32_t port);

 private:
  struct Sum {
    uint64_t requests = 0;
    uint64_t errors = 0;
    absl::flat_hash_map<uint64_t, double> rates;  // by stream
  };

  void SetRate(uint64_t stream, const std::string& name, Sum& sum, double rate)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Sum> sums_ ABSL_GUARDED_BY(mutex_);
  // What each stream has a rate of.
  absl::flat_hash_map<uint64_t, absl::flat_hash_set<std::string>> rated_ ABSL_GUARDED_BY(mutex_);
  size_t rates_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t refused_ ABSL_GUARDED_BY(mutex_) = 0;  // names that found the board full
};

}  // namespace fairlead
