#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"

namespace fairlead {

// What a container says with one word of the vocabulary, which is a variable and a label of the
// same meaning.
struct Said {
  std::string word;   // the one that counts, such as "VIRTUAL_PORT" or "fairlead.port"
  std::string value;  // without space around it; may be empty
};

// The label wins over the variable, and what has a value over what is empty: Compose files with
// `${PORT:-}` produce empty values and mean none. None if the container has neither.
std::optional<Said> Find(const v1::Container& container, absl::string_view variable,
                         absl::string_view label);

// Adds a problem with `place`'s host and container, at `word`.
void Add(Problems& problems, const Place& place, absl::string_view word, Problem::Severity severity,
         std::string what, std::string cure);

}  // namespace fairlead
