#include "server/problems/problem_board.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

std::string PlaceForLog(const Place& place) {
  std::vector<std::string> parts;
  const auto add = [&parts](const char* kind, const std::string& name) {
    if (!name.empty()) parts.push_back(absl::StrCat(kind, " ", Quoted(name)));
  };
  add("host", place.host);
  add("container", place.container);
  add("service", place.service);
  add("proxy", place.proxy);
  if (!place.word.empty()) parts.push_back(Quoted(place.word));
  return parts.empty() ? "fairlead" : absl::StrJoin(parts, ", ");
}

// Says that there are `more` problems beside `kept`, at what all of those have in common.
Problem CountOf(size_t more, const Problems& kept) {
  Place place = kept.front().place;
  place.word.clear();
  for (const Problem& problem : kept) {
    if (problem.place.host != place.host) place.host.clear();
    if (problem.place.container != place.container) place.container.clear();
    if (problem.place.proxy != place.proxy) place.proxy.clear();
    if (problem.place.service != place.service) place.service.clear();
  }
  return {.place = std::move(place),
          .severity = Problem::Severity::kError,
          .what = absl::StrCat("there are ", more, " more problems here, which are not listed"),
          .cure = "repair those that are listed; the others will show then"};
}

// Each once, and no more than a source may have.
Problems Bounded(Problems problems) {
  Problems kept;
  size_t more = 0;
  for (Problem& problem : problems) {
    if (std::find(kept.begin(), kept.end(), problem) != kept.end()) continue;
    if (kept.size() < ProblemBoard::kMostOfSource) {
      kept.push_back(std::move(problem));
    } else {
      ++more;
    }
  }
  if (more > 0) {
    kept.pop_back();
    Problem count = CountOf(more + 1, kept);
    kept.push_back(std::move(count));
  }
  return kept;
}

// Takes the entry of `problem` out of `entries`; there may be none.
bool TakeEntry(std::vector<ProblemBoard::Entry>& entries, const Problem& problem,
               std::vector<ProblemBoard::Entry>& taken) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& entry) { return entry.problem == problem; });
  if (found == entries.end()) return false;
  taken.push_back(std::move(*found));
  entries.erase(found);
  return true;
}

}  // namespace

ProblemBoard::ProblemBoard(Listener listener) : listener_(std::move(listener)) {}

void ProblemBoard::Set(ProblemsOf problems, absl::Time now) {
  Source before;
  if (const auto found = sources_.find(problems.source); found != sources_.end()) {
    before = std::move(found->second);
    sources_.erase(found);
    kept_ -= before.entries.size();
    left_out_ -= before.left_out;
  }

  Source after;
  Problems fresh;
  for (Problem& problem : Bounded(std::move(problems.problems))) {
    if (!TakeEntry(before.entries, problem, after.entries)) fresh.push_back(std::move(problem));
  }
  const size_t room = kMost - std::min(kMost, kept_ + after.entries.size());
  after.left_out = fresh.size() - std::min(fresh.size(), room);
  fresh.resize(fresh.size() - after.left_out);
  for (const Problem& problem : fresh) after.entries.push_back({problem, now});

  kept_ += after.entries.size();
  left_out_ += after.left_out;
  full_since_ = left_out_ == 0 ? absl::InfiniteFuture() : std::min(full_since_, now);
  if (!after.entries.empty() || after.left_out > 0) {
    sources_.emplace(std::move(problems.source), std::move(after));
  }
  for (const Entry& entry : before.entries) Tell(Change::kGone, entry.problem, now);
  for (const Problem& problem : fresh) Tell(Change::kAppeared, problem, now);
}

void ProblemBoard::Tell(Change change, const Problem& problem, absl::Time now) {
  const bool is_notice = problem.severity == Problem::Severity::kNotice;
  const char* const kind = is_notice ? "notice" : "problem";
  if (change == Change::kAppeared) {
    spdlog::log(is_notice ? spdlog::level::info : spdlog::level::warn, "{}: {}: {}; cure: {}", kind,
                PlaceForLog(problem.place), Quoted(problem.what), Quoted(problem.cure));
  } else {
    spdlog::info("{} gone: {}: {}", kind, PlaceForLog(problem.place), Quoted(problem.what));
  }
  if (listener_) listener_(change, problem, now);
}

std::vector<ProblemBoard::Entry> ProblemBoard::All() const {
  std::vector<Entry> all;
  all.reserve(kept_ + 1);
  for (const auto& [name, source] : sources_) {
    std::copy(source.entries.begin(), source.entries.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
    if (a.problem.place == b.problem.place) return a.problem.what < b.problem.what;
    return a.problem.place < b.problem.place;
  });
  if (left_out_ > 0) {
    all.insert(
        all.begin(),
        {{.place = {},
          .severity = Problem::Severity::kError,
          .what = absl::StrCat("there are ", left_out_, " more problems, which are not kept"),
          .cure = absl::StrCat("repair those that are listed: no more than ", kMost,
                               " are kept at once")},
         full_since_});
  }
  return all;
}

}  // namespace fairlead
