#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/cells.h"
#include "clients/cli/display_text.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

std::string PlaceOf(const std::string& file, uint32_t line) {
  return line == 0 ? Printable(file) : absl::StrCat(Printable(file), ":", line);
}

// "http, https:8443": where clear text is refused or asked for alone, the one of them.
std::string PublicCell(const v1::ForeseenRoute& route) {
  std::vector<std::string> ways;
  const auto add = [&ways](const char* scheme, uint32_t port) {
    ways.push_back(port == 0 ? scheme : absl::StrCat(scheme, ":", port));
  };
  if (route.https_method() != "nohttp") add("http", route.http_port());
  if (route.https_method() != "nohttps") add("https", route.https_port());
  return absl::StrCat(absl::StrJoin(ways, ", "), route.internal() ? " (internal)" : "");
}

std::vector<Cell> RouteRow(const v1::CheckedService& service, const v1::ForeseenRoute& route,
                           const Look& look) {
  std::vector<Cell> row = {service.name(),
                           route.host(),
                           route.path(),
                           PublicCell(route),
                           route.protocol(),
                           route.cluster(),
                           absl::StrCat(route.port()),
                           route.port_reason()};
  if (!look.wide) return row;
  row.emplace_back(route.destination());
  row.emplace_back(route.https_method());
  row.emplace_back(absl::StrCat(service.replicas()));
  row.emplace_back(PlaceOf(service.file(), service.line()));
  return row;
}

std::string NamesLine(absl::string_view what, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  return absl::StrCat("\n", what, ": ", Printable(absl::StrJoin(names, ", ")), "\n");
}

std::string RoutesText(const v1::ComposeCheck& check, const Look& look) {
  std::vector<std::string> heads = {"SERVICE",  "HOST",    "PATH", "PUBLIC",
                                    "PROTOCOL", "CLUSTER", "PORT", "PORT FROM"};
  if (look.wide) {
    for (const char* head : {"DESTINATION", "HTTPS METHOD", "CONTAINERS", "PLACE"}) {
      heads.emplace_back(head);
    }
  }
  Table table(std::move(heads));
  bool is_any = false;
  std::vector<std::string> unpublished;
  for (const v1::CheckedService& service : check.services()) {
    if (service.routes().empty()) unpublished.push_back(service.name());
    for (const v1::ForeseenRoute& route : service.routes()) {
      is_any = true;
      table.Add(RouteRow(service, route, look));
    }
  }
  return absl::StrCat(
      is_any ? table.Text(look.colour) : "No routes: no service would be published.\n",
      NamesLine("Not published", unpublished),
      NamesLine("Left out by profiles", {check.left_out().begin(), check.left_out().end()}));
}

std::string UnknownText(const v1::ComposeCheck& check) {
  std::string text =
      "\nNot known before the start:\n"
      "  what images bring along (EXPOSE, ENV, LABEL), and which hosts have a certificate\n";
  for (const v1::CheckedService& service : check.services()) {
    for (const std::string& unknown : service.unknown()) {
      absl::StrAppend(&text, "  ", Printable(service.name()), ": ", unknown, "\n");
    }
  }
  return text;
}

std::string Block(const v1::ComposeProblem& placed, const Look& look) {
  const v1::Problem& problem = placed.problem();
  const bool is_error = problem.severity() != v1::Problem::NOTICE;
  std::string text = absl::StrCat(is_error ? Toned("ERROR", Tone::kBad, look.colour)
                                           : Toned("NOTICE", Tone::kWarning, look.colour),
                                  "  ", PlaceOf(placed.file(), placed.line()));
  for (const std::string* part : {&problem.service(), &problem.word()}) {
    if (!part->empty()) absl::StrAppend(&text, ": ", Printable(*part));
  }
  return absl::StrCat(text, "\n  what: ", Printable(problem.what()),
                      "\n  cure: ", Printable(problem.cure()), "\n");
}

std::string Times(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string ProblemsOfFiles(const v1::ComposeCheck& check, const Look& look) {
  if (check.problems().empty()) return "\nNo problems.\n";
  std::string text = "\n";
  int errors = 0;
  for (const v1::ComposeProblem& problem : check.problems()) {
    if (problem.problem().severity() != v1::Problem::NOTICE) ++errors;
    absl::StrAppend(&text, Block(problem, look), "\n");
  }
  return absl::StrCat(text, Times(errors, "error"), ", ",
                      Times(check.problems_size() - errors, "notice"), "\n");
}

struct KindWords {
  v1::ImportFinding::Kind kind;
  const char* title;
  Tone tone;
};

constexpr KindWords kKinds[] = {
    {v1::ImportFinding::CHANGE, "CHANGE", Tone::kPlain},
    {v1::ImportFinding::NOT_SUPPORTED, "NOT SUPPORTED", Tone::kBad},
    {v1::ImportFinding::DIFFERENT, "DIFFERENT", Tone::kWarning},
    {v1::ImportFinding::SAME, "SAME", Tone::kGood},
};

std::string FindingText(const v1::ImportFinding& finding) {
  std::string text = absl::StrCat("  ", PlaceOf(finding.file(), finding.line()));
  for (const std::string* part : {&finding.service(), &finding.word()}) {
    if (!part->empty()) absl::StrAppend(&text, ": ", Printable(*part));
  }
  absl::StrAppend(&text, "\n    ", Printable(finding.what()), "\n");
  if (!finding.instead().empty()) {
    const bool is_change = finding.kind() == v1::ImportFinding::CHANGE;
    absl::StrAppend(&text, "    ", is_change ? "" : "instead: ", Printable(finding.instead()),
                    "\n");
  }
  return text;
}

int CountOf(const v1::ComposeImport& import, v1::ImportFinding::Kind kind) {
  int count = 0;
  for (const v1::ImportFinding& finding : import.findings()) {
    if (finding.kind() == kind) ++count;
  }
  return count;
}

std::string Verdict(const v1::ComposeImport& import) {
  if (import.verdict() == v1::ComposeImport::SAME) {
    return "Verdict: with these changes everything goes on as before.\n";
  }
  return absl::StrCat(
      "Verdict: read what is above first: ", CountOf(import, v1::ImportFinding::NOT_SUPPORTED),
      " not supported, ", CountOf(import, v1::ImportFinding::DIFFERENT), " different.\n");
}

}  // namespace

std::string CheckText(const v1::ComposeCheck& check, const Look& look) {
  return absl::StrCat(RoutesText(check, look), UnknownText(check), ProblemsOfFiles(check, look));
}

std::string ImportText(const v1::ComposeImport& import, const Look& look) {
  if (import.verdict() == v1::ComposeImport::NO_PROXY) {
    return "Verdict: there is no nginx-proxy in these files. It is known by the name of its image, "
           "such as nginxproxy/nginx-proxy.\n";
  }
  std::string text;
  for (const KindWords& words : kKinds) {
    const int count = CountOf(import, words.kind);
    if (count == 0) continue;
    absl::StrAppend(&text, Toned(words.title, words.tone, look.colour));
    if (words.kind == v1::ImportFinding::SAME && !look.wide) {
      absl::StrAppend(&text, "\n  ", Times(count, "finding"), "; -o wide lists them\n\n");
      continue;
    }
    absl::StrAppend(&text, "\n");
    for (const v1::ImportFinding& finding : import.findings()) {
      if (finding.kind() == words.kind) absl::StrAppend(&text, FindingText(finding));
    }
    absl::StrAppend(&text, "\n");
  }
  return absl::StrCat(text, Verdict(import));
}

}  // namespace fairlead
