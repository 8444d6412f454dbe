#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/cells.h"
#include "clients/cli/display_text.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

// "host h1, container shop-web-3, VIRTUAL_PORT".
std::string PlaceOf(const v1::Problem& problem) {
  const struct {
    const char* label;
    const std::string& value;
  } parts[] = {{"host ", problem.host()},
               {"container ", problem.container()},
               {"service ", problem.service()},
               {"proxy ", problem.proxy()},
               {"", problem.word()}};
  std::vector<std::string> place;
  for (const auto& part : parts) {
    if (!part.value.empty()) place.push_back(absl::StrCat(part.label, Printable(part.value)));
  }
  return place.empty() ? "everywhere" : absl::StrJoin(place, ", ");
}

std::string Block(const v1::Problem& problem, const Look& look) {
  const bool is_error = problem.severity() != v1::Problem::NOTICE;
  std::string text = absl::StrCat(is_error ? Toned("ERROR", Tone::kBad, look.colour)
                                           : Toned("NOTICE", Tone::kWarning, look.colour),
                                  "  ", PlaceOf(problem));
  if (problem.has_since()) {
    absl::StrAppend(&text, "  (", AgeCell(true, problem.since(), look.now, ""), ")");
  }
  absl::StrAppend(&text, "\n  what: ", Printable(problem.what()), "\n");
  if (!problem.cure().empty()) absl::StrAppend(&text, "  cure: ", Printable(problem.cure()), "\n");
  return text;
}

std::string Counted(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace

std::string ProblemsText(const v1::ListProblemsResponse& response, const Look& look) {
  if (response.problems().empty()) return "No problems: all that was asked for works.\n";
  std::string text;
  int errors = 0;
  for (const v1::Problem& problem : response.problems()) {
    if (problem.severity() != v1::Problem::NOTICE) ++errors;
    absl::StrAppend(&text, Block(problem, look), "\n");
  }
  return absl::StrCat(text, Counted(errors, "error"), ", ",
                      Counted(response.problems_size() - errors, "notice"), "\n");
}

std::string ProblemsBelow(const google::protobuf::RepeatedPtrField<v1::Problem>& problems,
                          const Look& look) {
  if (problems.empty()) return "";
  v1::ListProblemsResponse all;
  *all.mutable_problems() = problems;
  return absl::StrCat("\n", ProblemsText(all, look));
}

}  // namespace fairlead
