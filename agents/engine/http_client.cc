#include "agents/engine/http_client.h"

#include <errno.h>
#include <fcntl.h>
#include <httplib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agents/engine/json.h"
#include "server/base/clock.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

using Stopped = std::shared_ptr<std::atomic<bool>>;

// A client that makes no connection once it was stopped.
template <typename Base>
class Stoppable : public Base {
 public:
  template <typename... Arguments>
  explicit Stoppable(Stopped stopped, Arguments&&... arguments)
      : Base(std::forward<Arguments>(arguments)...), stopped_(std::move(stopped)) {}

 protected:
  bool create_and_connect_socket(httplib::ClientImpl::Socket& socket,
                                 httplib::Error& error) override {
    if (*stopped_) {
      error = httplib::Error::Canceled;
      return false;
    }
    return Connect(socket, error);
  }

 private:
  virtual bool Connect(httplib::ClientImpl::Socket& socket, httplib::Error& error) {
    // SSLClient's own, which is private, does no more than this.
    return this->is_valid() &&
           // NOLINTNEXTLINE(bugprone-parent-virtual-call)
           httplib::ClientImpl::create_and_connect_socket(socket, error);
  }

  const Stopped stopped_;
};

// cpp-httplib 0.11.4 knows only TCP. The path is looked up for each connection, so a socket that an
// engine's restart replaced is found again.
class UnixClient final : public Stoppable<httplib::ClientImpl> {
 public:
  UnixClient(Stopped stopped, std::string path)
      : Stoppable(std::move(stopped), std::string("localhost"), 80), path_(std::move(path)) {}

  // Why the last connection could not be made; 0 if it was.
  int connect_errno() const { return connect_errno_; }

 private:
  bool Connect(Socket& socket, httplib::Error& error) override {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());  // ParseEngineUrl bounds it
    // Without blocking: connect would wait for as long as the engine's backlog is full.
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    connect_errno_ = 0;
    if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      connect_errno_ = errno;
      if (fd >= 0) close(fd);
      error = httplib::Error::Connection;
      return false;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    socket.sock = fd;
    return true;
  }

  const std::string path_;
  int connect_errno_ = 0;
};

std::unique_ptr<httplib::ClientImpl> MakeClient(const EngineUrl& url, const Stopped& stopped) {
  if (!url.unix_path.empty()) return std::make_unique<UnixClient>(stopped, url.unix_path);
  if (url.certificate_directory.empty()) {
    return std::make_unique<Stoppable<httplib::ClientImpl>>(stopped, url.host, url.port);
  }
  const std::string& directory = url.certificate_directory;
  auto client = std::make_unique<Stoppable<httplib::SSLClient>>(
      stopped, url.host, url.port, absl::StrCat(directory, "/cert.pem"),
      absl::StrCat(directory, "/key.pem"));
  client->set_ca_cert_path(absl::StrCat(directory, "/ca.pem").c_str());
  client->enable_server_certificate_verification(url.verify);
  return client;
}

// The engine says why in {"message": "..."}.
absl::Status Refusal(const std::string& path, int status, const std::string& body) {
  const absl::StatusOr<nlohmann::json> json = ParseJson(body, path);
  std::string why = json.ok() ? Text(*json, {"message"}) : body;
  if (why.empty()) why = "no reason given";
  const std::string message = absl::StrCat("GET ", path, ": HTTP ", status, ": ", Quoted(why));
  if (status == 404) return absl::NotFoundError(message);
  if (status == 401 || status == 403) return absl::PermissionDeniedError(message);
  if (status >= 400 && status < 500) return absl::FailedPreconditionError(message);
  return absl::InternalError(message);
}

// Paths in messages without their query, which is long and always the same.
std::string Named(const std::string& path) { return path.substr(0, path.find('?')); }

}  // namespace

// A request that is under way.
struct HttpClient::Reading {
  size_t largest_body = 0;
  std::function<void()> on_open = [] {};
  // Where the bytes of a 2xx go; false: there are too many of them.
  std::function<bool(absl::string_view bytes)> on_bytes;

  int status = 0;
  std::string api_version;
  std::string refusal;  // the body of an answer that is no 2xx, as far as it is of use
  bool too_large = false;

  bool Good() const { return status >= 200 && status < 300; }
};

HttpClient::HttpClient(const EngineUrl& url, absl::Duration timeout)
    : url_(url),
      timeout_(timeout),
      stopped_(std::make_shared<std::atomic<bool>>(false)),
      client_(MakeClient(url, stopped_)) {
  client_->set_keep_alive(true);
  client_->set_url_encode(false);
  client_->set_decompress(false);
  client_->set_tcp_nodelay(true);
  client_->set_connection_timeout(absl::ToChronoMicroseconds(timeout));
  client_->set_write_timeout(absl::ToChronoMicroseconds(timeout));
}

HttpClient::~HttpClient() = default;

absl::Status HttpClient::Failure(const std::string& path, int error, absl::Duration waited) const {
  const auto what = static_cast<httplib::Error>(error);
  if (*stopped_) return absl::CancelledError("the request was ended");
  const std::string where = absl::StrCat("GET ", Named(path), " at ", url_.text, ": ");
  if (what == httplib::Error::Read && waited >= timeout_) {
    return absl::DeadlineExceededError(
        absl::StrCat(where, "the engine said nothing for ", absl::FormatDuration(timeout_)));
  }
  if (!client_->is_valid()) {
    return absl::UnavailableError(absl::StrCat(where, "cert.pem or key.pem cannot be used in ",
                                               url_.certificate_directory, " (DOCKER_CERT_PATH)"));
  }
  if (what == httplib::Error::Connection && !url_.unix_path.empty()) {
    const int reason = static_cast<const UnixClient&>(*client_).connect_errno();
    const absl::string_view cure = reason == EACCES
                                       ? "; add the agent's user to the group that owns the socket"
                                       : "; is the engine running, and the path right?";
    return absl::UnavailableError(
        absl::StrCat("cannot connect to ", url_.unix_path, ": ", strerrordesc_np(reason), cure));
  }
  if (what == httplib::Error::SSLServerVerification || what == httplib::Error::SSLLoadingCerts ||
      what == httplib::Error::SSLConnection) {
    return absl::UnavailableError(absl::StrCat(where, httplib::to_string(what),
                                               " with the files of ", url_.certificate_directory));
  }
  return absl::UnavailableError(
      absl::StrCat(where, "connection lost (", httplib::to_string(what), ")"));
}

absl::Status HttpClient::Request(const std::string& path, Reading& reading) {
  constexpr size_t kLongestRefusal = 4096;
  const auto on_head = [&reading](const httplib::Response& response) {
    reading.status = response.status;
    reading.api_version = response.get_header_value("Api-Version");
    if (reading.Good()) reading.on_open();
    return true;
  };
  const auto on_body = [&reading](const char* bytes, size_t size) {
    if (reading.Good()) {
      reading.too_large = !reading.on_bytes(absl::string_view(bytes, size));
      return !reading.too_large;
    }
    if (reading.refusal.size() < kLongestRefusal) {
      reading.refusal.append(bytes, std::min(size, kLongestRefusal - reading.refusal.size()));
    }
    return true;
  };
  const absl::Duration begin = Clock::Real().Monotonic();
  auto error = httplib::Error::Unknown;
  bool answered = false;
  try {
    const httplib::Result result =
        client_->Get(path, {{"Accept-Encoding", "identity"}}, on_head, on_body);
    error = result.error();
    answered = static_cast<bool>(result);
  } catch (const std::exception& exception) {
    return absl::UnavailableError(absl::StrCat("GET ", Named(path), ": ", exception.what()));
  }
  if (reading.too_large) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "GET ", Named(path), ": the answer has more than ", reading.largest_body, " bytes"));
  }
  if (!answered) {
    return Failure(path, static_cast<int>(error), Clock::Real().Monotonic() - begin);
  }
  return reading.Good() ? absl::OkStatus() : Refusal(Named(path), reading.status, reading.refusal);
}

absl::StatusOr<EngineAnswer> HttpClient::Get(const std::string& path, size_t largest_body) {
  client_->set_read_timeout(absl::ToChronoMicroseconds(timeout_));
  EngineAnswer answer;
  Reading reading;
  reading.largest_body = largest_body;
  reading.on_bytes = [&answer, largest_body](absl::string_view bytes) {
    if (answer.body.size() + bytes.size() > largest_body) return false;
    answer.body.append(bytes.data(), bytes.size());
    return true;
  };
  const absl::Status status = Request(path, reading);
  if (!status.ok()) return status;
  answer.api_version = reading.api_version;
  return answer;
}

absl::Status HttpClient::Read(
    const std::string& path, size_t largest_body,
    const std::function<absl::Status(absl::string_view bytes)>& on_bytes) {
  client_->set_read_timeout(absl::ToChronoMicroseconds(timeout_));
  size_t size = 0;
  absl::Status taken;
  Reading reading;
  reading.largest_body = largest_body;
  reading.on_bytes = [&](absl::string_view bytes) {
    size += bytes.size();
    if (size <= largest_body) taken = on_bytes(bytes);
    return size <= largest_body && taken.ok();
  };
  const absl::Status status = Request(path, reading);
  return taken.ok() ? status : taken;
}

absl::Status HttpClient::Stream(const std::string& path, const std::function<void()>& on_open,
                                const std::function<void(absl::string_view bytes)>& on_bytes) {
  client_->set_read_timeout(std::chrono::hours(24));  // an engine may be quiet
  Reading reading;
  reading.on_open = on_open;
  reading.on_bytes = [&on_bytes](absl::string_view bytes) {
    on_bytes(bytes);
    return true;
  };
  const absl::Status status = Request(path, reading);
  if (!status.ok()) return status;
  return absl::UnavailableError(absl::StrCat("GET ", Named(path), ": the engine ended the stream"));
}

void HttpClient::Stop() {
  *stopped_ = true;
  client_->stop();
}

}  // namespace fairlead
