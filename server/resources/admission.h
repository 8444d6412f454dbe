#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "server/base/problem.h"
#include "server/resources/route.h"
#include "server/resources/validity_gate.h"
#include "server/routing/model.h"

namespace fairlead {

// A domain as it is served at listeners of one kind.
struct HostAsServed {
  std::shared_ptr<const VirtualHost> host;
  Serving serving;
};

// How listeners and their routes take their places, while one change is applied: what no proxy
// could take is not let through, part by part, so that what changes is looked at and nothing else.
// Belongs to the control strand.
class Admission {
 public:
  // What there is to decide by. `unsettled` gets the domains that are not served as they ask, or
  // not all of them.
  struct Ground {
    ValidityGate& gate;
    absl::FunctionRef<HostPasswords(const VirtualHost&)> passwords_of;
    // Whose words a field of the virtual host, as it is served, comes from.
    absl::FunctionRef<Place(const VirtualHost&, const envoy::config::route::v3::VirtualHost&,
                            absl::string_view field)>
        origin_of;
    absl::btree_set<std::string>& unsettled;
    std::vector<ProblemsOf>& problems;
  };

  explicit Admission(Ground ground) : ground_(ground) {}

  // What a domain gets at listeners of that kind ("http"): what is asked, if proxies can take it.
  // Otherwise the last good one stays, which is `before` (null: there is none), but lets in whom
  // the password files say now. None: nothing. Passwords, and which clusters are not there, are put
  // in here.
  std::optional<HostAsServed> AdmitHost(const char* kind, HostAsServed asked,
                                        const HostAsServed* before);
  // The domain is not served there any more.
  void ForgetHost(const char* kind, const std::string& domain);

  // What comes from no container alone: listeners, their chains, and routes without their hosts.
  bool Admit(const ValidityGate::Slot& slot, const google::protobuf::Message& message);
  void Forget(const ValidityGate::Slot& slot) { ground_.gate.Forget(slot, ground_.problems); }
  bool IsThere(Type type, const std::string& name) const {
    return ground_.gate.IsThere({type, name});
  }

 private:
  // With whom it lets in, and what it cannot lead to.
  void Complete(HostAsServed& served) const;

  const Ground ground_;
};

}  // namespace fairlead
