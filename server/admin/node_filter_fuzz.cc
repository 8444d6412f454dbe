// Whatever matchers a request for the status of clients has: they are taken, or refused with words;
// and those that name a text take a node that is called so.
//   test/fuzz server/admin:node_filter_fuzz

#include <cstdint>
#include <cstdlib>

#include "server/admin/node_filter.h"

namespace fairlead {
namespace {

using envoy::service::status::v3::ClientStatusRequest;
using envoy::type::matcher::v3::StringMatcher;

void Require(bool holds) {
  if (!holds) std::abort();
}

// A node that the matcher takes, whatever its kind.
const std::string& NameFor(const StringMatcher& matcher) {
  switch (matcher.match_pattern_case()) {
    case StringMatcher::kPrefix:
      return matcher.prefix();
    case StringMatcher::kSuffix:
      return matcher.suffix();
    case StringMatcher::kContains:
      return matcher.contains();
    default:
      return matcher.exact();
  }
}

void Check(const ClientStatusRequest& request) {
  const absl::StatusOr<NodeFilter> filter = NodeFilter::Of(request);
  if (!filter.ok()) return Require(!filter.status().message().empty());
  if (request.node_matchers().empty()) Require(filter->Matches("edge-1"));
  for (const auto& matcher : request.node_matchers()) {
    const bool is_regex = matcher.node_id().has_safe_regex();
    const bool matches = filter->Matches(NameFor(matcher.node_id()));
    Require(is_regex || matches);
    if (is_regex) filter->Matches(matcher.node_id().safe_regex().regex());
  }
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  envoy::service::status::v3::ClientStatusRequest request;
  if (request.ParseFromArray(data, static_cast<int>(size))) fairlead::Check(request);
  return 0;
}
