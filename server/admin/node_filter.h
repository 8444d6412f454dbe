#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "envoy/service/status/v3/csds.pb.h"

namespace fairlead {

// Whom a request for the status of clients asks for: the nodes that one of its matchers takes;
// without matchers, all. Source: envoy/service/status/v3/csds.proto, envoy/type/matcher/v3.
class NodeFilter {
 public:
  // INVALID_ARGUMENT: a matcher is of a kind that is not served here (of metadata, or one that
  // other programs define), or its regular expression is none that RE2 takes.
  static absl::StatusOr<NodeFilter> Of(
      const envoy::service::status::v3::ClientStatusRequest& request);

  bool Matches(absl::string_view node_id) const;

 private:
  using Matcher = std::function<bool(absl::string_view)>;

  static absl::StatusOr<Matcher> MatcherOf(const envoy::type::matcher::v3::NodeMatcher& matcher);

  std::vector<Matcher> matchers_;
};

}  // namespace fairlead
