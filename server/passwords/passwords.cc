#include "server/passwords/passwords.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

constexpr char kDirectorySource[] = "passwords' directory";

std::string SourceOf(const std::string& name) { return absl::StrCat("passwords ", name); }

Problem DirectoryProblem(const PasswordDirectory& directory) {
  Problem problem;
  problem.place.word = directory.path;
  problem.what = absl::StrCat(std::string(directory.status.message()),
                              "; passwords that were read there before stay, and new ones are not "
                              "asked for");
  problem.cure =
      "make it a directory that the server's user may read, with files that are named by hosts";
  return problem;
}

Problem UnreadableProblem(const FoundPasswords& found, bool had) {
  Problem problem;
  problem.place.word = found.path;
  problem.what =
      absl::StrCat("it cannot be read (", found.error, "), so ",
                   had ? "the users of before stay" : "nobody comes in where it applies");
  problem.cure = "make it a regular file that the server's user may read";
  return problem;
}

}  // namespace

PasswordChanges Passwords::Take(const PasswordDirectory& directory, Moment now) {
  PasswordChanges out;
  ProblemsOf problems{kDirectorySource, {}};
  if (!directory.status.ok()) problems.problems.push_back(DirectoryProblem(directory));
  out.problems.push_back(std::move(problems));
  if (!directory.status.ok()) return out;
  for (auto& [name, named] : named_) {
    if (directory.files.contains(name)) {
      named.gone_since = absl::InfiniteDuration();
    } else if (named.gone_since == absl::InfiniteDuration()) {
      named.gone_since = now.monotonic;
    }
  }
  for (const auto& [name, found] : directory.files) TakeFile(name, found, out);
  return out;
}

void Passwords::TakeFile(const std::string& name, const FoundPasswords& found,
                         PasswordChanges& out) {
  const auto [at, is_new] = named_.try_emplace(name);
  Named& named = at->second;
  if (!is_new && named.found == found) return;
  named.found = found;
  ParsedPasswords parsed;
  if (found.error.empty()) {
    parsed = ParsePasswords(name, found.path, found.content);
  } else {
    parsed.problem = UnreadableProblem(found, !is_new);
    parsed.file = is_new ? PasswordFile{name, {}} : *named.file;
  }
  ProblemsOf problems{SourceOf(name), {}};
  if (parsed.problem.has_value()) problems.problems.push_back(*std::move(parsed.problem));
  out.problems.push_back(std::move(problems));
  if (!is_new && *named.file == parsed.file) return;
  named.file = std::make_shared<const PasswordFile>(std::move(parsed.file));
  out.files.push_back({name, named.file});
}

PasswordChanges Passwords::Tick(Moment now) {
  PasswordChanges out;
  for (auto at = named_.begin(); at != named_.end();) {
    if (now.monotonic < at->second.gone_since + kGone) {
      ++at;
      continue;
    }
    out.files.push_back({at->first, nullptr});
    out.problems.push_back({SourceOf(at->first), {}});
    at = named_.erase(at);
  }
  return out;
}

}  // namespace fairlead
