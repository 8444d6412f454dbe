#include "clients/compose/interpolation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr int kDeepest = 20;
constexpr size_t kLongestResult = size_t{64} << 10;

bool IsNameBegin(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }

absl::string_view TakeName(absl::string_view& text) {
  size_t end = 0;
  while (end < text.size() &&
         (IsNameBegin(text[end]) ||
          (end > 0 && absl::ascii_isdigit(static_cast<unsigned char>(text[end]))))) {
    ++end;
  }
  const absl::string_view name = text.substr(0, end);
  text.remove_prefix(end);
  return name;
}

class Interpolation {
 public:
  explicit Interpolation(const ComposeVariables& variables) : variables_(variables) {}

  // Up to the end of `text`, or, within braces, up to the '}' that closes them, which is taken.
  absl::StatusOr<std::string> Read(absl::string_view& text, int depth) {
    std::string result;
    while (!text.empty()) {
      if (depth > 0 && absl::ConsumePrefix(&text, "}")) return result;
      if (absl::ConsumePrefix(&text, "$")) {
        absl::StatusOr<std::string> value = Variable(text, depth);
        if (!value.ok()) return value;
        absl::StrAppend(&result, *value);
      } else {
        result.push_back(text.front());
        text.remove_prefix(1);
      }
      if (result.size() > kLongestResult) {
        return absl::InvalidArgumentError(absl::StrCat("with its variables this has more than ",
                                                       kLongestResult,
                                                       " bytes; write less into one value"));
      }
    }
    if (depth == 0) return result;
    return absl::InvalidArgumentError(
        "a '${' has no '}' that closes it; write ${NAME}, and $$ for a dollar sign");
  }

  std::vector<std::string> TakeUnset() { return std::move(unset_); }

 private:
  // Behind the dollar sign.
  absl::StatusOr<std::string> Variable(absl::string_view& text, int depth) {
    if (absl::ConsumePrefix(&text, "$")) return "$";
    const bool braced = absl::ConsumePrefix(&text, "{");
    const std::string name(TakeName(text));
    if (name.empty()) {
      return absl::InvalidArgumentError(
          "a '$' begins no variable, which Compose refuses; write $$ for a dollar sign, as in "
          "~^shop\\.example$$");
    }
    if (!braced || absl::ConsumePrefix(&text, "}")) return ValueOrNothing(name);
    if (depth >= kDeepest) {
      return absl::InvalidArgumentError(absl::StrCat("variables are nested deeper than ", kDeepest,
                                                     " levels; give them in steps"));
    }
    return WithOperator(name, text, depth);
  }

  absl::StatusOr<std::string> WithOperator(const std::string& name, absl::string_view& text,
                                           int depth) {
    const bool empty_counts_not = absl::ConsumePrefix(&text, ":");
    const char kind = text.empty() ? '\0' : text.front();
    if (kind != '-' && kind != '?' && kind != '+') {
      return absl::InvalidArgumentError(
          absl::StrCat("'${", Quoted(name),
                       "' goes on with something unknown; write ${NAME}, "
                       "${NAME:-DEFAULT}, ${NAME:?MESSAGE} or ${NAME:+OTHER}"));
    }
    text.remove_prefix(1);
    std::optional<std::string> value = variables_(name);
    if (empty_counts_not && value.has_value() && value->empty()) value.reset();
    // What is not used asks for nothing.
    std::vector<std::string> unset_before = unset_;
    absl::StatusOr<std::string> other = Read(text, depth + 1);
    if (!other.ok()) return other;
    const bool uses_other = value.has_value() == (kind == '+');
    if (!uses_other) unset_ = std::move(unset_before);
    if (kind == '+') return value.has_value() ? *other : std::string();
    if (value.has_value()) return *std::move(value);
    if (kind == '-') return other;
    return absl::InvalidArgumentError(
        absl::StrCat("the variable ", Quoted(name), " is needed",
                     other->empty() ? "" : absl::StrCat(" (", Quoted(*other), ")"),
                     "; set it in the environment or in the file .env"));
  }

  std::string ValueOrNothing(const std::string& name) {
    std::optional<std::string> value = variables_(name);
    if (value.has_value()) return *std::move(value);
    if (std::find(unset_.begin(), unset_.end(), name) == unset_.end()) unset_.push_back(name);
    return "";
  }

  const ComposeVariables& variables_;
  std::vector<std::string> unset_;
};

}  // namespace

absl::StatusOr<Interpolated> Interpolate(absl::string_view text,
                                         const ComposeVariables& variables) {
  Interpolation interpolation(variables);
  absl::StatusOr<std::string> result = interpolation.Read(text, 0);
  if (!result.ok()) return result.status();
  return Interpolated{*std::move(result), interpolation.TakeUnset()};
}

}  // namespace fairlead
