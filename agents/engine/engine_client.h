#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agents/engine/api_version.h"
#include "agents/engine/container.h"
#include "agents/engine/engine_url.h"
#include "agents/engine/event.h"
#include "agents/engine/http_client.h"
#include "agents/engine/image.h"
#include "agents/engine/listing.h"

namespace fairlead {

// What an engine says of itself.
struct EngineVersion {
  std::string version;  // such as "20.10.24"
  ApiVersion api;       // the negotiated one
};

// The Docker Engine API as far as the agent needs it: GET only, and only _ping, version, events,
// containers/json, containers/ID/json and networks, so that it works behind a proxy that allows no
// more; images/ID/json, too, which it can do without.
//
// Threads: as HttpClient. Blocks. Errors are those of HttpClient and of the parsers; a name that
// the engine does not know is NOT_FOUND, which is no failure.
class EngineClient {
 public:
  struct Options {
    // Bounds connecting, and each wait for bytes of an answer.
    absl::Duration timeout = absl::Seconds(5);
    // Of one container; a usual one has 6 to 20 kB.
    size_t largest_inspection = 1 << 20;
    // 5 000 containers with ordinary labels have some 8 MB. A list is not kept in memory.
    size_t largest_list = 256 << 20;
    // Of one event: it carries all labels of its container.
    size_t longest_event = 1 << 20;
  };

  explicit EngineClient(const EngineUrl& url) : EngineClient(url, Options()) {}
  EngineClient(const EngineUrl& url, Options options);

  // Asks which versions the engine speaks and settles on one (see NegotiatedVersion), for this
  // client.
  absl::StatusOr<EngineVersion> Negotiate();

  // The version that another client has negotiated with the same engine.
  void UseApi(ApiVersion api);

  // All containers, stopped ones too.
  absl::StatusOr<std::vector<ListedContainer>> List();

  absl::StatusOr<InspectedContainer> Inspect(const std::string& id);

  absl::StatusOr<PublishingWords> InspectImage(const std::string& id);

  // Pairs of network id (and name) and driver.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> NetworkDrivers();

  // Follows the events. `on_open` is called once, when nothing that happens from now on can be
  // missed; `on_event` for each event, as it comes; `on_doubt` if one could not be read. With
  // `since` (seconds since 1970 by the engine's clock, 0: none) the engine first repeats what it
  // remembers from then on: some, and no promise. Always returns an error in the end.
  absl::Status FollowEvents(int64_t since, const std::function<void()>& on_open,
                            const std::function<void(Event)>& on_event,
                            const std::function<void(absl::Status)>& on_doubt);

  // Ends the request that is under way, with CANCELLED, and all later ones. From any thread.
  void Stop() { http_.Stop(); }

 private:
  std::string Path(absl::string_view path) const;

  const Options options_;
  std::string prefix_;  // such as "/v1.41"
  HttpClient http_;
};

}  // namespace fairlead
