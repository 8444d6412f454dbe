#include "deploy/images/drop_in/acme_challenges.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr char kPath[] = "/.well-known/acme-challenge/";
// A token and a hash have 87 characters.
constexpr size_t kMostBytes = 64 << 10;
constexpr size_t kLongestToken = 255;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  const int fd_;
};

bool IsToken(absl::string_view text) {
  return !text.empty() && text.size() <= kLongestToken &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_';
         });
}

absl::Status CannotOpen() {
  // O_NOFOLLOW: a symbolic link.
  if (errno == ELOOP || errno == ENOTDIR) {
    return absl::FailedPreconditionError("symbolic links are not followed");
  }
  return absl::ErrnoToStatus(errno, "cannot open it");
}

absl::StatusOr<std::string> ReadFrom(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) return absl::ErrnoToStatus(errno, "cannot look at it");
  if (!S_ISREG(status.st_mode)) return absl::FailedPreconditionError("it is no file");
  std::string content(kMostBytes + 1, '\0');
  size_t size = 0;
  ssize_t count = 0;
  do {
    count = read(file, content.data() + size, content.size() - size);
    if (count > 0) size += static_cast<size_t>(count);
  } while ((count > 0 && size < content.size()) || (count < 0 && errno == EINTR));
  if (count < 0) return absl::ErrnoToStatus(errno, "cannot read it");
  if (size > kMostBytes) {
    return absl::FailedPreconditionError(absl::StrCat("it has more than ", kMostBytes, " bytes"));
  }
  content.resize(size);
  return content;
}

}  // namespace

absl::StatusOr<std::string> ReadChallenge(const std::string& html, absl::string_view token) {
  if (!IsToken(token)) return absl::NotFoundError("that is no token");
  constexpr int kFolder = O_PATH | O_DIRECTORY | O_CLOEXEC;
  const Descriptor root(open(html.c_str(), kFolder));
  if (root.get() < 0) return CannotOpen();
  // Step by step, as links are refused in the last part of a path alone.
  const Descriptor well_known(openat(root.get(), ".well-known", kFolder | O_NOFOLLOW));
  if (well_known.get() < 0) return CannotOpen();
  const Descriptor folder(openat(well_known.get(), "acme-challenge", kFolder | O_NOFOLLOW));
  if (folder.get() < 0) return CannotOpen();
  // A pipe must not keep us waiting for its writer.
  const Descriptor file(openat(folder.get(), std::string(token).c_str(),
                               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) return CannotOpen();
  return ReadFrom(file.get());
}

HttpReply AnswerChallenge(const std::string& html, const std::string& path) {
  const HttpReply none = {.status = 404, .body = "no such challenge\n"};
  absl::string_view token = path;
  if (!absl::ConsumePrefix(&token, kPath)) return none;
  absl::StatusOr<std::string> content = ReadChallenge(html, token);
  if (content.ok()) {
    return {.content_type = "application/octet-stream", .body = *std::move(content)};
  }
  if (!absl::IsNotFound(content.status())) {
    spdlog::warn(
        "the challenge {}{} is not sent: {}; whoever writes it has to make it a file that "
        "everybody "
        "may read",
        html, Quoted(path), std::string(content.status().message()));
  }
  return none;
}

absl::Status ServeChallenges(const std::string& html, const std::string& address) {
  // Before there is any other thread, so that all of them have it.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  const auto server = HttpServer::Listen(
      address, [&html](const HttpRequest& request) { return AnswerChallenge(html, request.path); },
      {});
  if (!server.ok()) return server.status();
  int signal = 0;
  sigwait(&signals, &signal);
  return absl::OkStatus();
}

}  // namespace fairlead
