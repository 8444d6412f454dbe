#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "server/options.h"
#include "server/server.h"
#include "server/store/store.h"
#include "test/fakes/agent/fake_agent.h"
#include "test/fakes/proxy/fake_proxy.h"

namespace fairlead {

// A running container of Compose project "shop", published on a port of its host, so that it is
// reached from every view. `number` tells it from others: address, port and id follow from it.
v1::Container ContainerOf(const std::string& service, int number,
                          const std::string& virtual_host = "");
// Where proxies reach it: the host's advertised address and the published port.
std::string AddressOf(const std::string& host_ip, int number);

// A server with everything around it, over real sockets on loopback: what agents tell and what
// proxies are told.
class World {
 public:
  struct Options {
    // Of the server; addresses are the world's own.
    ServerOptions server;
    // Keeps the server's state over its restarts. Null: a MemoryStore.
    std::shared_ptr<Store> store;
  };

  World() : World(Options()) {}
  explicit World(Options options);
  ~World();

  // The server stops; proxies and agents go on and try to come back.
  void StopServer();
  // A new server on the same addresses, with the same store or, with `forgetful`, one that knows
  // nothing.
  void StartServer(bool forgetful = false);
  Server& server() { return *server_; }

  // Host "hN" with the address 192.0.2.N.
  FakeAgent& AddAgent(int n);
  FakeAgent& agent(int n) { return *agents_.at(static_cast<size_t>(n - 1)); }
  // "edge-N": the first ones stand on hosts h1, h2, ..., the others outside.
  FakeProxy& AddProxy();
  FakeProxy& proxy(size_t i) { return *proxies_.at(i); }
  size_t proxies() const { return proxies_.size(); }

  std::vector<FakeProxy::State> States() const;
  // Resources and removals that all proxies together were sent.
  int Sent() const;

 private:
  ServerOptions options_;
  std::shared_ptr<Store> store_;
  std::unique_ptr<Server> server_;
  std::vector<std::unique_ptr<FakeAgent>> agents_;
  std::vector<std::unique_ptr<FakeProxy>> proxies_;
};

}  // namespace fairlead
