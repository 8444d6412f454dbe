#include "server/base/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
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

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::StatusOr<Addresses> Resolve(absl::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", address, "' is no address to listen on; write HOST:PORT, as in 127.0.0.1:18000"));
  }
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  const std::string name(host);
  const std::string port(address.substr(colon + 1));
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(name.empty() ? nullptr : name.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot listen on '", address, "': ", gai_strerror(error)));
  }
  return Addresses(found);
}

std::string TextOf(const sockaddr* address, socklen_t size) {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  getnameinfo(address, size, host, sizeof(host), port, sizeof(port),
              NI_NUMERICHOST | NI_NUMERICSERV);
  return address->sa_family == AF_INET6 ? absl::StrCat("[", host, "]:", port)
                                        : absl::StrCat(host, ":", port);
}

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
  const absl::StatusOr<Addresses> addresses = Resolve(address);
  if (!addresses.ok()) return addresses.status();
  const addrinfo& first = **addresses;
  const int listener =
      socket(first.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  const int on = 1;
  if (listener >= 0) setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (listener < 0 || bind(listener, first.ai_addr, first.ai_addrlen) != 0 ||
      listen(listener, SOMAXCONN) != 0) {
    const int error = errno;
    if (listener >= 0) close(listener);
    return absl::ErrnoToStatus(
        error, absl::StrCat("cannot listen on ", address,
                            "; is another process using it? Choose another address or port 0"));
  }
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size);
  return std::unique_ptr<Acceptor>(
      new Acceptor(listener, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                   TextOf(reinterpret_cast<const sockaddr*>(&bound), size)));
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
