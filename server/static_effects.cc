#include "server/static_effects.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr char kDerived[] = "derived";

// "--node edge-1".
std::string FlagOf(const StaticScope& scope) {
  switch (scope.kind) {
    case StaticScope::Kind::kAll:
      return "--all";
    case StaticScope::Kind::kGroup:
      return absl::StrCat("--group ", Quoted(scope.name));
    case StaticScope::Kind::kNode:
      return absl::StrCat("--node ", Quoted(scope.name));
  }
  return "";
}

std::string Named(const ResourceReference& of) {
  return absl::StrCat(ShortName(of.type), " '", Quoted(of.name), "'");
}

Place PlaceOf(const StaticScope& scope, const ResourceReference& of) {
  Place place;
  if (scope.kind == StaticScope::Kind::kNode) place.proxy = scope.name;
  place.word = absl::StrCat(
      "static ", Named(of),
      scope.kind == StaticScope::Kind::kNode ? "" : absl::StrCat(" of ", Quoted(scope.ToString())));
  return place;
}

}  // namespace

bool StaticEffects::IsDerived(const ResourceReference& of) const {
  const Snapshot& shared = *snapshots_.shared();
  return shared.Find(of.type, of.name) != nullptr ||
         (of.type == Type::kEndpoint && shared.Find(Type::kCluster, of.name) != nullptr);
}

std::vector<StaticEffects::Standing> StaticEffects::StandingOf(const StaticScope& scope) const {
  std::vector<Standing> standing;
  if (scope.kind == StaticScope::Kind::kNode) {
    for (const auto& [view_id, view] : views_) {
      if (view.node != scope.name) continue;
      standing.push_back({snapshots_.Of(view_id), resources_.IsDerived(view)});
    }
    if (standing.empty()) standing.push_back({statics_.Of(scope), false});
    return standing;
  }
  View view;
  view.group = scope.name;
  const bool derived = scope.kind == StaticScope::Kind::kAll || resources_.IsDerived(view);
  standing.push_back({Overlaid(derived ? snapshots_.shared() : Snapshot::Empty(),
                               statics_.OverlayOf(view, derived)),
                      derived});
  return standing;
}

std::vector<StaticResources::Reference> StaticEffects::Dangling(const StaticScope& scope) const {
  std::vector<StaticResources::Reference> references = statics_.ReferencesOf(scope);
  if (references.empty()) return references;
  const std::vector<Standing> all = StandingOf(scope);
  std::erase_if(references, [&](const StaticResources::Reference& reference) {
    return std::all_of(all.begin(), all.end(), [&](const Standing& standing) {
      return standing.sent->Find(reference.to.type, reference.to.name) != nullptr ||
             (standing.derived && IsDerived(reference.to));
    });
  });
  return references;
}

std::set<StaticScope> StaticEffects::Below(const StaticScope& scope, bool& derived) const {
  derived = scope.kind == StaticScope::Kind::kAll;
  std::set<StaticScope> below;
  const auto look_below = [&](const View& view) {
    if (!view.group.empty()) below.insert({StaticScope::Kind::kGroup, view.group});
    if (!resources_.IsDerived(view)) return;
    derived = true;
    below.insert(StaticScope());
  };
  if (scope.kind == StaticScope::Kind::kGroup) {
    View view;
    view.group = scope.name;
    look_below(view);
  } else if (scope.kind == StaticScope::Kind::kNode) {
    for (const auto& [view_id, view] : views_) {
      if (view.node == scope.name) look_below(view);
    }
  }
  below.erase(scope);
  return below;
}

std::vector<std::vector<std::string>> StaticEffects::Overridden(
    const StaticScope& scope, const std::vector<ResourceReference>& of) const {
  bool derived = false;
  const std::set<StaticScope> below = Below(scope, derived);
  std::vector<std::vector<std::string>> whose(of.size());
  for (size_t i = 0; i < of.size(); ++i) {
    for (const StaticScope& other : below) {
      if (statics_.Of(other)->Find(of[i].type, of[i].name) == nullptr) continue;
      whose[i].push_back(other.ToString());
    }
    if (derived && IsDerived(of[i])) whose[i].emplace_back(kDerived);
    std::sort(whose[i].begin(), whose[i].end());
  }
  return whose;
}

Problem DanglingProblem(const StaticScope& scope, const StaticResources::Reference& reference) {
  Problem problem;
  problem.place = PlaceOf(scope, reference.from);
  problem.what = absl::StrCat("it refers to ", Named(reference.to), ", which is not sent to ",
                              Quoted(scope.ToString()), ", so what needs it does not work there");
  problem.cure =
      absl::StrCat("put that resource too (fairlead resources put ", FlagOf(scope),
                   " -f FILE), or refer to one that there is",
                   scope.kind == StaticScope::Kind::kNode
                       ? "; a node is sent its group's and derived ones only if it names its group"
                       : "");
  return problem;
}

Problem OverrideProblem(const StaticScope& scope, const ResourceReference& of,
                        const std::string& whose) {
  Problem problem;
  problem.place = PlaceOf(scope, of);
  problem.severity = Problem::Severity::kNotice;
  const std::string other = whose == kDerived ? "the one that is derived from containers"
                                              : absl::StrCat("the static one of ", Quoted(whose));
  problem.what = absl::StrCat("it takes the place of ", other);
  problem.cure = absl::StrCat("nothing if that is meant; else give it another name, or delete it: ",
                              "fairlead resources delete ", FlagOf(scope), " ", ShortName(of.type),
                              " '", Quoted(of.name), "'");
  return problem;
}

}  // namespace fairlead
