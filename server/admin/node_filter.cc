#include "server/admin/node_filter.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using envoy::service::status::v3::ClientStatusRequest;
using envoy::type::matcher::v3::NodeMatcher;
using envoy::type::matcher::v3::StringMatcher;

constexpr size_t kLongestExpression = 1024;

absl::StatusOr<std::shared_ptr<const RE2>> Compiled(const std::string& expression) {
  if (expression.size() > kLongestExpression) {
    return absl::InvalidArgumentError(absl::StrCat(
        "node_matchers: a regular expression is longer than ", kLongestExpression, " bytes"));
  }
  RE2::Options options(RE2::Quiet);
  auto compiled = std::make_shared<const RE2>(expression, options);
  if (compiled->ok()) return compiled;
  return absl::InvalidArgumentError(
      absl::StrCat("node_matchers: safe_regex is none that RE2 takes: ", compiled->error()));
}

}  // namespace

absl::StatusOr<NodeFilter> NodeFilter::Of(const ClientStatusRequest& request) {
  NodeFilter filter;
  for (const NodeMatcher& matcher : request.node_matchers()) {
    absl::StatusOr<Matcher> made = MatcherOf(matcher);
    if (!made.ok()) return made.status();
    filter.matchers_.push_back(*std::move(made));
  }
  return filter;
}

absl::StatusOr<NodeFilter::Matcher> NodeFilter::MatcherOf(const NodeMatcher& matcher) {
  if (matcher.node_metadatas_size() > 0) {
    return absl::InvalidArgumentError(
        "node_matchers: metadata is not matched here; match by node_id");
  }
  const StringMatcher& id = matcher.node_id();
  const bool any_case = id.ignore_case();
  switch (id.match_pattern_case()) {
    case StringMatcher::kExact:
      return Matcher([text = id.exact(), any_case](absl::string_view node) {
        return any_case ? absl::EqualsIgnoreCase(node, text) : node == text;
      });
    case StringMatcher::kPrefix:
      return Matcher([text = id.prefix(), any_case](absl::string_view node) {
        return any_case ? absl::StartsWithIgnoreCase(node, text) : absl::StartsWith(node, text);
      });
    case StringMatcher::kSuffix:
      return Matcher([text = id.suffix(), any_case](absl::string_view node) {
        return any_case ? absl::EndsWithIgnoreCase(node, text) : absl::EndsWith(node, text);
      });
    case StringMatcher::kContains:
      return Matcher([text = id.contains(), any_case](absl::string_view node) {
        if (!any_case) return absl::StrContains(node, text);
        return absl::StrContains(absl::AsciiStrToLower(node), absl::AsciiStrToLower(text));
      });
    case StringMatcher::kSafeRegex: {
      // A regular expression says for itself whether case counts
      // (envoy/type/matcher/v3/string.proto).
      auto expression = Compiled(id.safe_regex().regex());
      if (!expression.ok()) return expression.status();
      return Matcher([expression = *std::move(expression)](absl::string_view node) {
        return RE2::FullMatch(re2::StringPiece(node.data(), node.size()), *expression);
      });
    }
    case StringMatcher::MATCH_PATTERN_NOT_SET:
      return Matcher([](absl::string_view) { return true; });
    default:
      return absl::InvalidArgumentError(
          "node_matchers: node_id is matched by exact, prefix, suffix, contains or safe_regex");
  }
}

bool NodeFilter::Matches(absl::string_view node_id) const {
  return matchers_.empty() || std::any_of(matchers_.begin(), matchers_.end(),
                                          [&](const Matcher& matcher) { return matcher(node_id); });
}

}  // namespace fairlead
