#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agents/engine/engine_url.h"

namespace httplib {
class ClientImpl;
}

namespace fairlead {

// An answer with a 2xx status. Anything else is an error (see HttpClient::Get).
struct EngineAnswer {
  std::string body;
  std::string api_version;  // the header Api-Version; empty if there is none
};

// GET requests to one engine over one connection that is kept open, re-made when it is lost. This
// file alone knows cpp-httplib.
//
// The process has to ignore SIGPIPE: cpp-httplib writes to connections that the engine may have
// just closed.
//
// Threads: one at a time may make requests; Stop may be called by any. Blocks for as long as a
// request takes. Errors: UNAVAILABLE if there is no connection, or it broke; DEADLINE_EXCEEDED if
// the engine said nothing for `timeout`; RESOURCE_EXHAUSTED if the body is larger than allowed;
// CANCELLED after Stop. For answers that are no 2xx: NOT_FOUND for 404, PERMISSION_DENIED for 401
// and 403, FAILED_PRECONDITION for other 4xx, INTERNAL for the rest; with the engine's own words.
class HttpClient {
 public:
  // `timeout` bounds connecting and each wait for bytes.
  HttpClient(const EngineUrl& url, absl::Duration timeout);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // `path` is encoded already.
  absl::StatusOr<EngineAnswer> Get(const std::string& path, size_t largest_body);

  // The same, but the body is handed on as it comes. An error of `on_bytes` ends the request and is
  // returned.
  absl::Status Read(const std::string& path, size_t largest_body,
                    const std::function<absl::Status(absl::string_view bytes)>& on_bytes);

  // An answer that has no end: `on_open` is called once when the head of a 2xx has come, then
  // `on_bytes` for each piece, as it comes, without a time-out. Always returns an error, in the
  // end: UNAVAILABLE if the engine closed it.
  absl::Status Stream(const std::string& path, const std::function<void()>& on_open,
                      const std::function<void(absl::string_view bytes)>& on_bytes);

  // Ends the request that is under way and all later ones.
  void Stop();

 private:
  struct Reading;

  absl::Status Request(const std::string& path, Reading& reading);
  // What to say of an error of cpp-httplib's that came after `waited`.
  absl::Status Failure(const std::string& path, int error, absl::Duration waited) const;

  const EngineUrl url_;
  const absl::Duration timeout_;
  const std::shared_ptr<std::atomic<bool>> stopped_;
  const std::unique_ptr<httplib::ClientImpl> client_;
};

}  // namespace fairlead
