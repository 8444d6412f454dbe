#include "server/vocabulary/said.h"

#include <utility>

#include "absl/strings/ascii.h"

namespace fairlead {
namespace {

std::optional<Said> Look(const google::protobuf::Map<std::string, std::string>& values,
                         absl::string_view word) {
  const auto found = values.find(std::string(word));
  if (found == values.end()) return std::nullopt;
  return Said{std::string(word), std::string(absl::StripAsciiWhitespace(found->second))};
}

}  // namespace

std::optional<Said> Find(const v1::Container& container, absl::string_view variable,
                         absl::string_view label) {
  std::optional<Said> by_label = Look(container.labels(), label);
  if (by_label.has_value() && !by_label->value.empty()) return by_label;
  std::optional<Said> by_variable = Look(container.environment(), variable);
  if (by_variable.has_value() && !by_variable->value.empty()) return by_variable;
  return by_label.has_value() ? by_label : by_variable;
}

void Add(Problems& problems, const Place& place, absl::string_view word, Problem::Severity severity,
         std::string what, std::string cure) {
  Problem problem;
  problem.place = place;
  problem.place.word = std::string(word);
  problem.severity = severity;
  problem.what = std::move(what);
  problem.cure = std::move(cure);
  problems.push_back(std::move(problem));
}

}  // namespace fairlead
