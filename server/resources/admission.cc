#include "server/resources/admission.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/validation/validate.h"
#include "server/vocabulary/host.h"

namespace fairlead {
namespace {

// By itself: a regular expression's is part of the virtual host "*" in the end, among others.
envoy::config::route::v3::VirtualHost BuiltFrom(const HostAsServed& served) {
  if (!IsHostRegex(served.host->domain)) return VirtualHostOf(*served.host, served.serving);
  CatchAll catch_all;
  catch_all.regexes.push_back({served.host.get(), &served.serving});
  return *CatchAllOf(catch_all);
}

ValidityGate::Slot SlotOf(const char* kind, const std::string& domain) {
  return {Type::kRoute, domain, absl::StrCat("in ", kind)};
}

}  // namespace

std::optional<HostAsServed> Admission::AdmitHost(const char* kind, HostAsServed asked,
                                                 const HostAsServed* before) {
  Complete(asked);
  const std::string& domain = asked.host->domain;
  const auto built = BuiltFrom(asked);
  const auto origin_of = [&](absl::string_view field) {
    return ground_.origin_of(*asked.host, built, field);
  };
  if (ground_.gate.Admits(SlotOf(kind, domain), built, origin_of, ground_.problems)) {
    if (!asked.serving.without_cluster.empty()) ground_.unsettled.insert(domain);
    return asked;
  }
  ground_.unsettled.insert(domain);
  if (before == nullptr) return std::nullopt;
  HostAsServed kept = *before;
  Complete(kept);
  if (!Validate(BuiltFrom(kept)).ok()) return std::nullopt;
  return kept;
}

void Admission::ForgetHost(const char* kind, const std::string& domain) {
  Forget(SlotOf(kind, domain));
}

bool Admission::Admit(const ValidityGate::Slot& slot, const google::protobuf::Message& message) {
  return ground_.gate.Admits(
      slot, message, [](absl::string_view) { return Place(); }, ground_.problems);
}

void Admission::Complete(HostAsServed& served) const {
  served.serving.passwords = ground_.passwords_of(*served.host);
  served.serving.without_cluster.clear();
  for (const Route& route : served.host->routes) {
    if (!IsThere(Type::kCluster, route.pool)) served.serving.without_cluster.push_back(route.pool);
  }
}

}  // namespace fairlead
