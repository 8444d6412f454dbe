#include "server/base/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <limits>
#include <utility>

#include "server/base/listening_socket.h"

namespace fairlead {
namespace {

int DescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
      limit.rlim_cur > static_cast<rlim_t>(std::numeric_limits<int>::max())) {
    return std::numeric_limits<int>::max();
  }
  return static_cast<int>(limit.rlim_cur);
}

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Bind(absl::string_view address) {
  absl::StatusOr<ListeningSocket> listening = ListenOn(address);
  if (!listening.ok()) return listening.status();
  return std::unique_ptr<Acceptor>(new Acceptor(listening->descriptor,
                                                eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                                std::move(listening->address)));
}

Acceptor::Acceptor(int listener, int wake, std::string address)
    : listener_(listener),
      wake_(wake),
      spare_(OpenSpare()),
      most_descriptor_(DescriptorLimit() - kKeptDescriptors),
      address_(std::move(address)) {}

Acceptor::~Acceptor() {
  const uint64_t one = 1;
  if (thread_.joinable() && write(wake_, &one, sizeof(one)) == sizeof(one)) thread_.join();
  close(listener_);
  close(wake_);
  if (spare_ >= 0) close(spare_);
}

void Acceptor::AddTo(grpc::ServerBuilder& builder,
                     std::shared_ptr<grpc::ServerCredentials> credentials) {
  grpc_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      std::move(credentials));
}

void Acceptor::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Acceptor::Run() {
  pthread_setname_np(pthread_self(), "accept");
  pollfd ready[] = {{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
  while (true) {
    if (poll(ready, 2, -1) < 0 && errno != EINTR) return;
    if (ready[1].revents != 0) return;
    while (AcceptOne()) {
    }
  }
}

bool Acceptor::AcceptOne() {
  int connection = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection < 0 && (errno == EMFILE || errno == ENFILE)) {
    // Turned away rather than left waiting: a client that is refused tries again.
    close(spare_);
    connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) close(connection);
    spare_ = OpenSpare();
    return connection >= 0;
  }
  if (connection < 0) return errno == ECONNABORTED || errno == EINTR;
  // The system gives the lowest free number: a high one tells that few are left.
  if (connection >= most_descriptor_) {
    close(connection);
    return true;
  }
  const int on = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
  parameters.listener_fd = listener_;
  parameters.fd = connection;
  grpc_->HandleNewConnection(&parameters);
  return true;
}

}  // namespace fairlead
