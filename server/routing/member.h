#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/catalog/facts.h"
#include "server/routing/model.h"
#include "server/vocabulary/request.h"

namespace fairlead {

// A container that asks for a host: a member of its service. Immutable.
struct Member {
  std::string host_id;
  bool host_silent = false;
  ContainerFacts facts;
  RoutingRequest request;  // published
  // It crashes again and again, and is treated as if it did not run.
  bool held_back = false;
  // One for each port that it asks for, sorted by port; health by the container's own word. Empty:
  // it is no endpoint now.
  std::vector<std::shared_ptr<const Endpoint>> endpoints;

  // The endpoint for requests of this host and path, which go to `port` if the service as a whole
  // is asked: the container's own word for it, else `port` if it has that, else its first. Null: it
  // has none.
  std::shared_ptr<const Endpoint> EndpointFor(absl::string_view host, absl::string_view path,
                                              uint16_t port) const;
};

// Members by age, the newest last; ids settle what was created at the same moment.
struct Age {
  absl::Time created_at;
  std::string container_id;
  std::string host_id;

  friend bool operator==(const Age& a, const Age& b) { return a.Key() == b.Key(); }
  friend bool operator<(const Age& a, const Age& b) { return a.Key() < b.Key(); }

 private:
  std::tuple<absl::Time, const std::string&, const std::string&> Key() const {
    return {created_at, container_id, host_id};
  }
};

Age AgeOf(const Member& member);

// If it can stand for its service: only what runs, or runs but is paused, has a say.
bool Runs(const Member& member);

struct MemberChange {
  std::shared_ptr<const Member> before;  // null: it is new
  std::shared_ptr<const Member> after;   // null: it is gone
};

// InfinitePast unless `present`.
absl::Time TimeOf(bool present, const google::protobuf::Timestamp& time);

}  // namespace fairlead
