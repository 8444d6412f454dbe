#include "server/static_resources/stored.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

// Names may contain anything: the lengths keep keys apart.
std::string KeyOf(const StaticScope& scope, Type type, absl::string_view name) {
  return absl::StrCat(static_cast<int>(scope.kind), "/", scope.name.size(), "/", scope.name, "/",
                      ShortName(type), "/", name);
}

v1::StoredResource RecordOf(const StaticScope& scope, const Resource& resource,
                            const std::string& version) {
  v1::StoredResource record;
  switch (scope.kind) {
    case StaticScope::Kind::kAll:
      record.set_all(true);
      break;
    case StaticScope::Kind::kGroup:
      record.set_group(scope.name);
      break;
    case StaticScope::Kind::kNode:
      record.set_node_id(scope.name);
      break;
  }
  record.set_type_url(std::string(TypeUrl(resource.type())));
  record.set_name(resource.name());
  record.set_value(std::string(resource.body()));
  record.set_version(version);
  return record;
}

absl::Status AddTo(std::map<std::pair<StaticScope, std::string>, StaticPut>& puts,
                   const v1::StoredResource& record) {
  absl::StatusOr<StaticScope> scope = ScopeOf(record);
  if (!scope.ok()) return scope.status();
  const absl::StatusOr<Type> type = TypeNamed(record.type_url());
  if (!type.ok()) return type.status();
  absl::StatusOr<StaticEntry> entry = CheckedEntry(*scope, *type, record.value());
  if (!entry.ok()) return entry.status();
  StaticPut& put = puts[{*scope, record.version()}];
  put.scope = *std::move(scope);
  put.version = record.version();
  put.entries.push_back(*std::move(entry));
  return absl::OkStatus();
}

}  // namespace

std::vector<StoredChanges::Resource> RecordsOf(const StaticResources::Changed& change) {
  std::vector<StoredChanges::Resource> records;
  const auto keep = [&](Type type, absl::string_view name, const Resource* resource) {
    records.push_back({KeyOf(change.scope, type, name), std::nullopt});
    if (resource == nullptr) return;
    records.back().after =
        RecordOf(change.scope, *resource, change.after->given_version(resource->type()));
  };
  const auto is_renamed = [&](Type type) {
    return change.before->given_version(type) != change.after->given_version(type);
  };
  for (const ResourceChange& of : Difference(*change.before, *change.after)) {
    if (of.after == nullptr || !is_renamed(of.type)) keep(of.type, of.name, of.after.get());
  }
  for (const Type type : kTypes) {
    if (!is_renamed(type)) continue;
    change.after->Of(type).ForEach(
        [&](absl::string_view name, const auto& resource) { keep(type, name, resource.get()); });
  }
  return records;
}

std::vector<StaticPut> PutsOf(const std::vector<v1::StoredResource>& records) {
  std::map<std::pair<StaticScope, std::string>, StaticPut> by_version;
  for (const v1::StoredResource& record : records) {
    const absl::Status added = AddTo(by_version, record);
    if (added.ok()) continue;
    spdlog::error(
        "the stored static resource '{}' is not understood and left out; put it again: {}",
        Quoted(record.name()), std::string(added.message()));
  }
  std::vector<StaticPut> puts;
  for (auto& [key, put] : by_version) puts.push_back(std::move(put));
  return puts;
}

}  // namespace fairlead
