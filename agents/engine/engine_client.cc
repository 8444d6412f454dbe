#include "agents/engine/engine_client.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agents/engine/json.h"
#include "agents/engine/line_splitter.h"

namespace fairlead {
namespace {

constexpr size_t kLargestVersion = 64 << 10;
constexpr size_t kLargestNetworks = 8 << 20;

std::string PercentEncoded(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.') {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

EngineClient::EngineClient(const EngineUrl& url, Options options)
    : options_(options), http_(url, options.timeout) {}

std::string EngineClient::Path(absl::string_view path) const { return absl::StrCat(prefix_, path); }

void EngineClient::UseApi(ApiVersion api) { prefix_ = absl::StrCat("/v", api.ToString()); }

absl::StatusOr<EngineVersion> EngineClient::Negotiate() {
  const absl::StatusOr<EngineAnswer> ping = http_.Get("/_ping", kLargestVersion);
  if (!ping.ok()) return ping.status();
  // Without a version in the path: the engine's own newest.
  const absl::StatusOr<EngineAnswer> answer = http_.Get("/version", kLargestVersion);
  if (!answer.ok()) return answer.status();
  const absl::StatusOr<nlohmann::json> json = ParseJson(answer->body, "GET /version");
  if (!json.ok()) return json.status();
  const std::string newest =
      ping->api_version.empty() ? Text(*json, {"ApiVersion"}) : ping->api_version;
  const absl::StatusOr<ApiVersion> theirs = ParseApiVersion(newest);
  if (!theirs.ok()) return theirs.status();
  const absl::StatusOr<ApiVersion> api = NegotiatedVersion(*theirs);
  if (!api.ok()) return api.status();
  UseApi(*api);
  return EngineVersion{Text(*json, {"Version"}), *api};
}

absl::StatusOr<std::vector<ListedContainer>> EngineClient::List() {
  ContainerList list;
  const absl::Status read =
      http_.Read(Path("/containers/json?all=1"), options_.largest_list,
                 [&list](absl::string_view bytes) { return list.Take(bytes); });
  if (!read.ok()) return read;
  return list.End();
}

absl::StatusOr<InspectedContainer> EngineClient::Inspect(const std::string& id) {
  const absl::StatusOr<EngineAnswer> answer = http_.Get(
      Path(absl::StrCat("/containers/", PercentEncoded(id), "/json")), options_.largest_inspection);
  if (!answer.ok()) return answer.status();
  return ParseInspection(answer->body);
}

absl::StatusOr<PublishingWords> EngineClient::InspectImage(const std::string& id) {
  const absl::StatusOr<EngineAnswer> answer = http_.Get(
      Path(absl::StrCat("/images/", PercentEncoded(id), "/json")), options_.largest_inspection);
  if (!answer.ok()) return answer.status();
  return ParseImage(answer->body);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> EngineClient::NetworkDrivers() {
  const absl::StatusOr<EngineAnswer> answer = http_.Get(Path("/networks"), kLargestNetworks);
  if (!answer.ok()) return answer.status();
  return ParseNetworkDrivers(answer->body);
}

absl::Status EngineClient::FollowEvents(int64_t since, const std::function<void()>& on_open,
                                        const std::function<void(Event)>& on_event,
                                        const std::function<void(absl::Status)>& on_doubt) {
  LineSplitter lines(
      options_.longest_event,
      [&](absl::string_view line) {
        absl::StatusOr<std::optional<Event>> event = ParseEvent(line);
        if (!event.ok()) return on_doubt(event.status());
        if (event->has_value()) on_event(**std::move(event));
      },
      [&] {
        on_doubt(absl::ResourceExhaustedError(absl::StrCat("GET /events: an event has more than ",
                                                           options_.longest_event, " bytes")));
      });
  const std::string replay = since > 0 ? absl::StrCat("since=", since, "&") : "";
  return http_.Stream(
      Path(absl::StrCat("/events?", replay, "filters=", PercentEncoded(kEventFilters))), on_open,
      [&lines](absl::string_view bytes) { lines.Take(bytes); });
}

}  // namespace fairlead
