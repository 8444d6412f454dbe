#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fairlead/v1/facts.pb.h"
#include "fairlead/v1/stored.pb.h"

namespace fairlead {

// What an earlier run of the server knew.
struct StoredState {
  std::vector<v1::StoredHost> hosts;                // sorted by id
  std::vector<v1::StoredContainer> containers;      // sorted by host id and container id
  std::vector<v1::StoredService> services;          // sorted by name
  std::vector<v1::StoredResource> resources;        // sorted by key
  std::vector<v1::StoredCertificate> certificates;  // sorted by name
};

// Records to keep from now on; an absent one is deleted.
struct StoredChanges {
  struct Host {
    std::string id;
    std::optional<v1::StoredHost> after;
  };
  struct Container {
    std::string host_id;
    std::string id;
    std::shared_ptr<const v1::Container> after;
  };
  struct Service {
    std::string name;
    std::optional<v1::StoredService> after;
  };
  struct Resource {
    std::string key;  // chosen by the caller; tells the record from those of other resources
    std::optional<v1::StoredResource> after;
  };

  struct Certificate {
    std::string name;
    std::optional<v1::StoredCertificate> after;
  };

  std::vector<Host> hosts;
  std::vector<Container> containers;
  std::vector<Service> services;
  std::vector<Resource> resources;
  std::vector<Certificate> certificates = {};

  bool empty() const {
    return hosts.empty() && containers.empty() && services.empty() && resources.empty() &&
           certificates.empty();
  }
};

// What must outlive the server process. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Everything that is kept. To be called once, before the first Save. Records that cannot be
  // understood are left out, with a line in the log.
  virtual absl::StatusOr<StoredState> Load() = 0;

  // Keeps `changes`, soon. Never blocks and never fails: what cannot be written now waits, the
  // newest value of a record only, and is tried again; Health says so meanwhile. The changes of one
  // call are kept together or not at all.
  virtual void Save(StoredChanges changes) = 0;

  // Returns OK when everything saved before is durable. Else the error of an attempt to write it
  // that began after the call, or DEADLINE_EXCEEDED after `patience`; what was saved is still tried
  // again.
  virtual absl::Status Flush(absl::Duration patience) = 0;

  // OK, or why the last attempt to write failed.
  virtual absl::Status Health() const = 0;
};

}  // namespace fairlead
