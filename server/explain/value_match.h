#pragma once

#include <google/protobuf/repeated_field.h>
#include <re2/re2.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "envoy/type/matcher/v3/string.pb.h"
#include "server/explain/proxied_request.h"

namespace fairlead {

// Envoy's matchers of texts, evaluated as Envoy does. What only a running proxy can evaluate (an
// extension) counts as not fulfilled, and `unknown` gets its name. Pure.

// RE2 as Envoy 1.40 has it: texts are bytes (Latin-1).
RE2::Options EnvoyRegexOptions();

// The whole `text` by RE2; an expression that RE2 does not take fits nothing.
bool FullyMatches(absl::string_view text, const std::string& regex);

bool Matches(const envoy::type::matcher::v3::StringMatcher& matcher, absl::string_view text,
             std::vector<std::string>& unknown);

// What the matcher wants of the header's text; not set: nothing, but that it is there or within a
// range.
envoy::type::matcher::v3::StringMatcher TextMatcherOf(
    const envoy::config::route::v3::HeaderMatcher& matcher);

// All of them. A header that is not there fits none but the one that wants it absent, and those
// that take it for empty.
bool HeadersMatch(
    const google::protobuf::RepeatedPtrField<envoy::config::route::v3::HeaderMatcher>& matchers,
    const ProxiedRequest& request, std::vector<std::string>& unknown);

// All of them, by the first parameter of the name.
bool QueryMatches(const google::protobuf::RepeatedPtrField<
                      envoy::config::route::v3::QueryParameterMatcher>& matchers,
                  const ProxiedRequest& request, std::vector<std::string>& unknown);

}  // namespace fairlead
