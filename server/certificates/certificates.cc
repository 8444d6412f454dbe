#include "server/certificates/certificates.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

std::string SourceOf(const std::string& name) { return absl::StrCat("certificate ", name); }
constexpr char kForAllSource[] = "certificates' authorities for all";
constexpr char kDirectorySource[] = "certificates' directory";

bool IsPair(const CertificateFiles& files) {
  return !files.certificate.is_absent() || !files.key.is_absent();
}

bool IsUsable(const absl::optional<ClientAuthorities>& clients) {
  return !clients.has_value() || !clients->authorities.empty();
}

// Whether a client may come in after, that could not before, since a file is gone.
bool IsOpened(const absl::optional<ClientAuthorities>& before,
              const absl::optional<ClientAuthorities>& after) {
  if (!before.has_value() || before->authorities.empty()) return false;
  return !after.has_value() || (!before->revocations.empty() && after->revocations.empty());
}

bool AreSame(const std::shared_ptr<const Certificate>& a,
             const std::shared_ptr<const Certificate>& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

Problem DirectoryProblem(const CertificateDirectory& directory) {
  Problem problem;
  problem.place.word = directory.path;
  if (!directory.status.ok()) {
    problem.what = absl::StrCat(std::string(directory.status.message()),
                                "; certificates that were read there before stay");
    problem.cure =
        "make it a directory that the server's user may read, or name another one with "
        "--certificates-dir";
  } else {
    problem.what = absl::StrCat("it holds files of ", directory.left_out, " names more than ",
                                CertificateDirectory::kMostNames,
                                ", and the last by the alphabet are not read");
    problem.cure = "remove those that nobody uses";
  }
  return problem;
}

}  // namespace

CertificateChanges Certificates::Take(const CertificateDirectory& directory, Moment now) {
  CertificateChanges out;
  ProblemsOf problems{kDirectorySource, {}};
  if (!directory.status.ok() || directory.left_out > 0) {
    problems.problems.push_back(DirectoryProblem(directory));
  }
  out.problems.push_back(std::move(problems));
  if (!directory.status.ok()) return out;

  // Those that are gone; what is served of them may have been put.
  std::vector<std::string> gone;
  for (const auto& [name, named] : named_) {
    if (named.files != nullptr && !directory.certificates.contains(name)) gone.push_back(name);
  }
  for (const std::string& name : gone) TakeFiles(name, nullptr, now, out);
  for (const auto& [name, files] : directory.certificates) {
    const bool is_pair = IsPair(*files);
    const auto known = named_.find(name);
    if (!is_pair && (known == named_.end() || known->second.files == nullptr)) continue;
    if (known != named_.end() && known->second.files != nullptr &&
        (known->second.files == files || *known->second.files == *files)) {
      continue;
    }
    TakeFiles(name, is_pair ? files : nullptr, now, out);
  }
  TakeForAll(directory.for_all, now, out);
  return out;
}

void Certificates::TakeFiles(const std::string& name, std::shared_ptr<const CertificateFiles> files,
                             Moment now, CertificateChanges& out) {
  Named& named = named_[name];
  named.files = std::move(files);
  named.parsed =
      named.files == nullptr ? ParsedCertificate() : ParseCertificate(name, *named.files);
  named.parsed_at = now.monotonic;
  Settle(name, now, out);
}

void Certificates::TakeForAll(std::shared_ptr<const CertificateFiles> files, Moment now,
                              CertificateChanges& out) {
  if (files == for_all_files_.files) return;
  ForAll taken;
  if (files != nullptr) {
    taken.parsed = ParseClientAuthorities(*files, taken.found, kCertificateSuffix);
  }
  taken.files = std::move(files);
  taken.parsed_at = now.monotonic;
  taken.problem = std::move(for_all_files_.problem);
  for_all_files_ = std::move(taken);
  SettleForAll(now, out);
}

void Certificates::SettleForAll(Moment now, CertificateChanges& out) {
  ForAll& of = for_all_files_;
  absl::optional<Problem> problem = of.found;
  absl::optional<ClientAuthorities> after = of.parsed;
  const absl::Duration until = of.parsed_at + kHalfWritten;
  if (problem.has_value()) {
    const bool had = for_all_.has_value() && IsUsable(for_all_);
    if (had) after = for_all_;
    absl::StrAppend(&problem->what, had ? "; the last good authorities stay"
                                        : "; so no client is let in where it applies");
  } else if (IsOpened(for_all_, after) && now.monotonic < until) {
    after = for_all_;
    due_monotonic_ = std::min(due_monotonic_, until);
  }
  if (!(problem == of.problem)) {
    of.problem = problem;
    ProblemsOf problems{kForAllSource, {}};
    if (problem.has_value()) problems.problems.push_back(*std::move(problem));
    out.problems.push_back(std::move(problems));
  }
  if (after == for_all_) return;
  for_all_ = std::move(after);
  out.for_all_changed = true;
}

absl::StatusOr<CertificateChanges> Certificates::Put(std::shared_ptr<const Certificate> certificate,
                                                     Moment now) {
  const std::string& name = certificate->name;
  const auto known = named_.find(name);
  const bool is_new = known == named_.end() || known->second.put == nullptr;
  if (is_new && put_count_ >= kMostPut) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kMostPut,
                     " certificates that were put already; delete some "
                     "first with 'fairlead certificates delete'"));
  }
  if (is_new) ++put_count_;
  CertificateChanges out;
  named_[name].put = certificate;
  Settle(name, now, out);
  return out;
}

absl::StatusOr<CertificateChanges> Certificates::Delete(const std::string& name, Moment now) {
  const auto known = named_.find(name);
  if (known == named_.end() || known->second.put == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("no certificate '", name, "' was put",
                     known == named_.end() ? ""
                                           : " (the one that is "
                                             "served is of the directory: remove its files there)",
                     "; 'fairlead certificates' lists them"));
  }
  --put_count_;
  known->second.put = nullptr;
  CertificateChanges out;
  Settle(name, now, out);
  return out;
}

CertificateChanges Certificates::Tick(Moment now) {
  CertificateChanges out;
  const bool went_back = now.wall < last_wall_;
  last_wall_ = now.wall;
  if (now.monotonic < due_monotonic_ && now.wall < due_wall_ && !went_back) return out;
  due_monotonic_ = absl::InfiniteDuration();
  due_wall_ = absl::InfiniteFuture();
  std::vector<std::string> names;
  for (const auto& [name, named] : named_) names.push_back(name);
  for (const std::string& name : names) Settle(name, now, out);
  SettleForAll(now, out);
  return out;
}

void Certificates::Settle(const std::string& name, Moment now, CertificateChanges& out) {
  Named& named = named_[name];
  Renew(named, now);
  const std::shared_ptr<const Certificate> served = named.good != nullptr ? named.good : named.put;
  if (!AreSame(named.served, served)) {
    named.served = served;
    out.certificates.push_back({name, served});
  }
  absl::optional<Problem> problem = ProblemOf(named, now);
  if (!(problem == named.problem)) {
    named.problem = problem;
    ProblemsOf problems{SourceOf(name), {}};
    if (problem.has_value()) problems.problems.push_back(*std::move(problem));
    out.problems.push_back(std::move(problems));
  }
  NoteDue(named, now);
  if (named.files == nullptr && named.put == nullptr) named_.erase(name);
}

// The last good one of the directory, after its files were parsed or time went by.
void Certificates::Renew(Named& named, Moment now) {
  if (named.files == nullptr) {
    named.good = nullptr;
    return;
  }
  const std::shared_ptr<const Certificate>& fresh = named.parsed.certificate;
  if (fresh == nullptr) return;
  const std::shared_ptr<const Certificate> before = named.good;
  const bool is_worse =
      before != nullptr && IsWithinDates(*before, now.wall) && !IsWithinDates(*fresh, now.wall);
  if (is_worse) return;
  named.good = fresh;
  if (before == nullptr || !before->clients.has_value() || !IsUsable(before->clients)) return;
  const bool is_moment = now.monotonic < named.parsed_at + kHalfWritten;
  if (IsUsable(fresh->clients) && !(is_moment && IsOpened(before->clients, fresh->clients))) return;
  auto completed = std::make_shared<Certificate>(*fresh);
  completed->clients = before->clients;
  named.good = std::move(completed);
}

absl::optional<Problem> Certificates::ProblemOf(const Named& named, Moment now) const {
  const absl::optional<Problem>& found = named.parsed.problem;
  const bool is_settled = now.monotonic >= named.parsed_at + kHalfWritten;
  if (found.has_value() && !is_settled) return named.problem;
  if (found.has_value()) {
    Problem problem = *found;
    if (named.parsed.certificate != nullptr) {
      absl::StrAppend(&problem.what, IsUsable(named.good->clients)
                                         ? "; the last good authorities stay"
                                         : "; so no client is let in where it applies");
    } else if (named.good != nullptr) {
      absl::StrAppend(&problem.what, "; the last good certificate stays, which is valid until ",
                      DateText(named.good->not_after));
    } else if (named.put != nullptr) {
      absl::StrAppend(&problem.what, "; the certificate of this name that was put is served");
    } else {
      absl::StrAppend(&problem.what,
                      "; so there is no such certificate, and no HTTPS for hosts "
                      "that would use it");
    }
    return problem;
  }
  const Certificate* const said =
      named.files != nullptr ? named.parsed.certificate.get() : named.put.get();
  if (said == nullptr) return absl::nullopt;
  absl::optional<Problem> problem = ProblemOfDates(*said, now.wall);
  if (!problem.has_value() || IsWithinDates(*said, now.wall)) return problem;
  if (named.served.get() != said) {
    absl::StrAppend(&problem->what, "; the one before it stays, which is valid until ",
                    DateText(named.served->not_after));
  } else {
    absl::StrAppend(&problem->what, "; it is served all the same, and clients refuse it");
  }
  return problem;
}

void Certificates::NoteDue(const Named& named, Moment now) {
  const bool is_unlike = named.good != nullptr && named.parsed.certificate != nullptr &&
                         !(named.good->clients == named.parsed.certificate->clients);
  if ((named.parsed.problem.has_value() || is_unlike) &&
      now.monotonic < named.parsed_at + kHalfWritten) {
    due_monotonic_ = std::min(due_monotonic_, named.parsed_at + kHalfWritten);
  }
  for (const auto* const of : {&named.parsed.certificate, &named.good, &named.put}) {
    if (*of != nullptr) due_wall_ = std::min(due_wall_, NextChangeOfDates(**of, now.wall));
  }
}

std::shared_ptr<const Certificate> Certificates::Find(absl::string_view name) const {
  const auto found = named_.find(name);
  return found == named_.end() ? nullptr : found->second.served;
}

std::vector<Certificates::Listed> Certificates::All() const {
  std::vector<Listed> all;
  for (const auto& [name, named] : named_) {
    if (named.served == nullptr) continue;
    Listed listed;
    listed.certificate = named.served;
    listed.was_put = named.good == nullptr;
    listed.hides_put = named.good != nullptr && named.put != nullptr;
    listed.problem = named.problem;
    all.push_back(std::move(listed));
  }
  return all;
}

}  // namespace fairlead
