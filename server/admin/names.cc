#include "server/admin/names.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/base/log.h"
#include "server/base/spelling.h"

namespace fairlead {
namespace {

absl::Status IsOneOf(const std::vector<std::string>& names, const std::string& name,
                     absl::string_view kind) {
  if (std::find(names.begin(), names.end(), name) != names.end()) return absl::OkStatus();
  const std::string nearest = NearestName(name, names);
  const std::string hint = nearest.empty() ? "'fairlead services' lists those that there are"
                                           : absl::StrCat("did you mean '", nearest, "'?");
  return absl::NotFoundError(absl::StrCat("there is no ", kind, " '", Quoted(name), "'; ", hint));
}

}  // namespace

absl::Status HasService(const v1::ListServicesResponse& all, const std::string& name) {
  std::vector<std::string> names;
  for (const v1::Service& service : all.services()) names.push_back(service.name());
  return IsOneOf(names, name, "service");
}

absl::Status HasServiceOrCluster(const v1::ListServicesResponse& all, const std::string& name) {
  std::vector<std::string> names;
  for (const v1::Service& service : all.services()) {
    names.push_back(service.name());
    names.insert(names.end(), service.clusters().begin(), service.clusters().end());
  }
  return IsOneOf(names, name, "service or cluster");
}

}  // namespace fairlead
