#include "server/explain/value_match.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"

namespace fairlead {
namespace {

using envoy::config::route::v3::HeaderMatcher;
using envoy::config::route::v3::QueryParameterMatcher;
using envoy::type::matcher::v3::StringMatcher;

// Both in the form in which they are compared.
struct Compared {
  std::string text;
  std::string wanted;
};

Compared Folded(absl::string_view text, const std::string& wanted, bool ignore_case) {
  if (!ignore_case) return {std::string(text), wanted};
  return {absl::AsciiStrToLower(text), absl::AsciiStrToLower(wanted)};
}

bool IsWithin(const envoy::type::v3::Int64Range& range, const std::string& value) {
  int64_t number = 0;
  return absl::SimpleAtoi(value, &number) && number >= range.start() && number < range.end();
}

bool HeaderMatches(const HeaderMatcher& matcher, const ProxiedRequest& request,
                   std::vector<std::string>& unknown) {
  const absl::optional<std::string> value = request.Header(absl::AsciiStrToLower(matcher.name()));
  const bool is_presence =
      matcher.header_match_specifier_case() == HeaderMatcher::kPresentMatch ||
      matcher.header_match_specifier_case() == HeaderMatcher::HEADER_MATCH_SPECIFIER_NOT_SET;
  if (is_presence) {
    const bool wants_presence =
        matcher.header_match_specifier_case() != HeaderMatcher::kPresentMatch ||
        matcher.present_match();
    const bool is_there = value.has_value() || matcher.treat_missing_header_as_empty();
    return (is_there == wants_presence) != matcher.invert_match();
  }
  if (!value.has_value() && !matcher.treat_missing_header_as_empty()) return false;
  const std::string text = value.value_or("");
  const bool matches = matcher.has_range_match() ? IsWithin(matcher.range_match(), text)
                                                 : Matches(TextMatcherOf(matcher), text, unknown);
  return matches != matcher.invert_match();
}

// The first value of the parameter, as it stands there. Source: Envoy, QueryParamsMulti.
absl::optional<std::string> ParameterOf(const ProxiedRequest& request, absl::string_view name) {
  const size_t mark = request.path.find('?');
  if (mark == std::string::npos) return absl::nullopt;
  for (const absl::string_view pair :
       absl::StrSplit(absl::string_view(request.path).substr(mark + 1), '&')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    if (parts.first == name) return std::string(parts.second);
  }
  return absl::nullopt;
}

}  // namespace

RE2::Options EnvoyRegexOptions() {
  RE2::Options options(RE2::Latin1);
  options.set_log_errors(false);
  return options;
}

bool FullyMatches(absl::string_view text, const std::string& regex) {
  const RE2 compiled(regex, EnvoyRegexOptions());
  return compiled.ok() && RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled);
}

// Envoy goes on to take the old forms.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
StringMatcher TextMatcherOf(const HeaderMatcher& matcher) {
  StringMatcher text;
  switch (matcher.header_match_specifier_case()) {
    case HeaderMatcher::kExactMatch:
      // An empty one fits every value.
      matcher.exact_match().empty() ? text.set_prefix("") : text.set_exact(matcher.exact_match());
      break;
    case HeaderMatcher::kSafeRegexMatch:
      *text.mutable_safe_regex() = matcher.safe_regex_match();
      break;
    case HeaderMatcher::kPrefixMatch:
      text.set_prefix(matcher.prefix_match());
      break;
    case HeaderMatcher::kSuffixMatch:
      text.set_suffix(matcher.suffix_match());
      break;
    case HeaderMatcher::kContainsMatch:
      text.set_contains(matcher.contains_match());
      break;
    default:
      return matcher.string_match();
  }
  return text;
}
#pragma GCC diagnostic pop

bool Matches(const StringMatcher& matcher, absl::string_view text,
             std::vector<std::string>& unknown) {
  const auto folded = [&](const std::string& wanted) {
    return Folded(text, wanted, matcher.ignore_case());
  };
  switch (matcher.match_pattern_case()) {
    case StringMatcher::kExact: {
      const Compared both = folded(matcher.exact());
      return both.text == both.wanted;
    }
    case StringMatcher::kPrefix: {
      const Compared both = folded(matcher.prefix());
      return absl::StartsWith(both.text, both.wanted);
    }
    case StringMatcher::kSuffix: {
      const Compared both = folded(matcher.suffix());
      return absl::EndsWith(both.text, both.wanted);
    }
    case StringMatcher::kContains: {
      const Compared both = folded(matcher.contains());
      return absl::StrContains(both.text, both.wanted);
    }
    case StringMatcher::kSafeRegex:
      return FullyMatches(text, matcher.safe_regex().regex());
    case StringMatcher::kCustom:
      unknown.push_back(matcher.custom().name());
      return false;
    case StringMatcher::MATCH_PATTERN_NOT_SET:
      return false;
  }
  return false;
}

bool HeadersMatch(const google::protobuf::RepeatedPtrField<HeaderMatcher>& matchers,
                  const ProxiedRequest& request, std::vector<std::string>& unknown) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const HeaderMatcher& matcher) {
    return HeaderMatches(matcher, request, unknown);
  });
}

bool QueryMatches(const google::protobuf::RepeatedPtrField<QueryParameterMatcher>& matchers,
                  const ProxiedRequest& request, std::vector<std::string>& unknown) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const QueryParameterMatcher& matcher) {
    const absl::optional<std::string> value = ParameterOf(request, matcher.name());
    switch (matcher.query_parameter_match_specifier_case()) {
      case QueryParameterMatcher::kStringMatch:
        return value.has_value() && Matches(matcher.string_match(), *value, unknown);
      case QueryParameterMatcher::kPresentMatch:
        return value.has_value() == matcher.present_match();
      case QueryParameterMatcher::QUERY_PARAMETER_MATCH_SPECIFIER_NOT_SET:
        break;
    }
    return value.has_value();
  });
}

}  // namespace fairlead
