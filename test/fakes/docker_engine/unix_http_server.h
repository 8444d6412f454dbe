#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace fairlead {

// One client's connection, for as long as its request is being answered.
class UnixHttpConnection {
 public:
  explicit UnixHttpConnection(int socket) : socket_(socket) {}

  // A whole answer. The headers beside Content-Length are `headers`, each with "\r\n".
  void Answer(int status, absl::string_view headers, absl::string_view body);

  // An answer in pieces: its head, then pieces, until the connection is cut.
  void BeginStream(absl::string_view headers);
  void WritePiece(absl::string_view piece);

  // Ends the connection, both ways. From any thread.
  void Cut();

 private:
  friend class UnixHttpServer;
  bool ReadHead(std::string* head);
  void Write(absl::string_view bytes);

  const int socket_;
  std::string received_;
};

// A small HTTP/1.1 server on a Unix socket, with a thread for each connection.
class UnixHttpServer {
 public:
  // Answers one request, such as "GET /_ping". Runs on the connection's thread; it may block until
  // the connection is cut, or the server destroyed (then it must have been told by other means to
  // return).
  using Handler = std::function<void(const std::string& request, UnixHttpConnection& connection)>;

  // Listens at `path`, replacing whatever is there.
  UnixHttpServer(std::string path, Handler handler);
  // Cuts all connections and waits for their threads. The path is removed.
  ~UnixHttpServer();
  UnixHttpServer(const UnixHttpServer&) = delete;
  UnixHttpServer& operator=(const UnixHttpServer&) = delete;

 private:
  struct Client {
    explicit Client(int socket) : connection(socket) {}
    UnixHttpConnection connection;
    std::thread thread;
  };
  void Accept();
  void Serve(UnixHttpConnection& connection);

  const std::string path_;
  const Handler handler_;
  int listener_ = -1;
  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<Client> clients_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace fairlead
