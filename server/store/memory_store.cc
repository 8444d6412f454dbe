#include "server/store/memory_store.h"

namespace fairlead {
namespace {

// Puts or deletes one record.
template <typename Records, typename Key, typename Record>
void Keep(Records& records, const Key& key, const Record* after) {
  if (after == nullptr) {
    records.erase(key);
  } else {
    records[key] = *after;
  }
}

}  // namespace

absl::StatusOr<StoredState> MemoryStore::Load() {
  absl::MutexLock lock(&mutex_);
  StoredState state;
  for (const auto& [id, host] : hosts_) state.hosts.push_back(host);
  for (const auto& [id, container] : containers_) state.containers.push_back(container);
  for (const auto& [name, service] : services_) state.services.push_back(service);
  for (const auto& [key, resource] : resources_) state.resources.push_back(resource);
  for (const auto& [name, certificate] : certificates_) state.certificates.push_back(certificate);
  return state;
}

void MemoryStore::Save(StoredChanges changes) {
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, after] : changes.hosts) Keep(hosts_, id, after ? &*after : nullptr);
  for (const auto& [host_id, id, after] : changes.containers) {
    v1::StoredContainer record;
    record.set_host_id(host_id);
    if (after != nullptr) *record.mutable_container() = *after;
    Keep(containers_, std::pair(host_id, id), after != nullptr ? &record : nullptr);
  }
  for (const auto& [name, after] : changes.services) {
    Keep(services_, name, after ? &*after : nullptr);
  }
  for (const auto& [key, after] : changes.resources) {
    Keep(resources_, key, after ? &*after : nullptr);
  }
  for (const auto& [name, after] : changes.certificates) {
    Keep(certificates_, name, after ? &*after : nullptr);
  }
}

absl::Status MemoryStore::Flush(absl::Duration) { return absl::OkStatus(); }

absl::Status MemoryStore::Health() const { return absl::OkStatus(); }

}  // namespace fairlead
