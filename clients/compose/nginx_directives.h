#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fairlead {

// The most names that NginxDirectives gives.
inline constexpr size_t kMostDirectives = 100;

// The names of the directives in a file of nginx's, each once, sorted: what stands first in a line
// that ends with ';' or opens a block. Takes any text; what has no form of a name is left out.
std::vector<std::string> NginxDirectives(absl::string_view text);

// What becomes of a directive's purpose with Envoy.
struct DirectiveAdvice {
  bool is_needless = false;  // what it is written for holds anyway
  std::string what;
};

DirectiveAdvice AdviceOn(absl::string_view directive);

}  // namespace fairlead
