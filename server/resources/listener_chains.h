#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "server/resources/admission.h"
#include "server/resources/listener.h"

namespace fairlead {

// The chains of one listener, as they can be sent: a chain that no proxy could take, or that refers
// to a secret or routes that are not there, is left out alone. Belongs to the control strand.
class ListenerChains {
 public:
  struct Chain {
    std::string name;  // the same one, before and after a change
    TlsChain tls;
    std::vector<std::string> secrets;  // that it refers to

    friend bool operator==(const Chain& a, const Chain& b) {
      return a.name == b.name && a.tls.server_names == b.tls.server_names &&
             a.tls.routes == b.tls.routes && a.secrets == b.secrets &&
             a.tls.socket.typed_config().value() == b.tls.socket.typed_config().value();
    }
  };
  // The listener with these chains and no others.
  using ListenerOf =
      absl::FunctionRef<envoy::config::listener::v3::Listener(const std::vector<TlsChain>&)>;

  // The chains of listener `name` are to be these from now on. Of one that is refused the last good
  // one stays, for the names that no other has now. One that is as it was is not looked at. Whether
  // what is to be sent is other than before.
  bool Take(const std::string& name, std::vector<Chain> wanted, ListenerOf listener_of,
            Admission& admission);

  std::vector<TlsChain> admitted() const;
  bool empty() const { return chains_.empty(); }
  // Whether one refers to what is not there.
  bool is_incomplete() const { return is_incomplete_; }

 private:
  // Those of listener `name` that are wanted no more have no problems.
  void Forget(const std::string& name, const std::vector<Chain>& wanted, Admission& admission);

  std::vector<Chain> chains_;
  absl::btree_set<std::string> wanted_;  // names
  bool is_incomplete_ = false;
};

}  // namespace fairlead
