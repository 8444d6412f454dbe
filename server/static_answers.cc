#include "server/static_answers.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/admin/describe.h"

namespace fairlead {
namespace {

constexpr size_t kMostAnswered = 100;

ResourceReference NameOf(const Resource& resource) { return {resource.type(), resource.name()}; }

}  // namespace

void AddProblems(Problems problems, absl::Time wall,
                 google::protobuf::RepeatedPtrField<v1::Problem>& answer) {
  std::sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place, a.what) < std::tie(b.place, b.what);
  });
  const size_t left_out = problems.size() - std::min(problems.size(), kMostAnswered);
  problems.resize(problems.size() - left_out);
  for (const Problem& problem : problems) *answer.Add() = DescribeProblem(problem, wall);
  if (left_out == 0) return;
  Problem more;
  more.what = absl::StrCat("there are ", left_out, " more, which are not listed here");
  more.cure = "'fairlead resources list' shows them";
  *answer.Add() = DescribeProblem(more, wall);
}

Problems ProblemsOfPut(const StaticPut& put, const StaticEffects& effects) {
  std::vector<ResourceReference> names;
  for (const StaticEntry& entry : put.entries) names.push_back(NameOf(*entry.resource));
  std::sort(names.begin(), names.end());
  Problems problems;
  for (const StaticResources::Reference& reference : effects.Dangling(put.scope)) {
    if (std::binary_search(names.begin(), names.end(), reference.from)) {
      problems.push_back(DanglingProblem(put.scope, reference));
    }
  }
  const auto overridden = effects.Overridden(put.scope, names);
  for (size_t i = 0; i < names.size(); ++i) {
    for (const std::string& whose : overridden[i]) {
      problems.push_back(OverrideProblem(put.scope, names[i], whose));
    }
  }
  return problems;
}

Problems ProblemsOfDeletion(const StaticDelete& deletion, const StaticResources& statics,
                            const StaticEffects& effects) {
  std::set<ResourceReference> gone;
  std::set<StaticScope> scopes;
  for (const std::string& name : deletion.names) {
    gone.insert({deletion.type, name});
    for (StaticScope& scope : statics.ReferrersOf({deletion.type, name})) {
      scopes.insert(std::move(scope));
    }
  }
  Problems problems;
  for (const StaticScope& scope : scopes) {
    for (const StaticResources::Reference& reference : effects.Dangling(scope)) {
      if (gone.count(reference.to) > 0) problems.push_back(DanglingProblem(scope, reference));
    }
  }
  return problems;
}

void DescribeScope(const std::vector<StaticResources::Listed>& listed, const StaticEffects& effects,
                   v1::ListResourcesResponse& response) {
  std::vector<ResourceReference> names;
  for (const StaticResources::Listed& of : listed) names.push_back(NameOf(*of.resource));
  const auto overridden = effects.Overridden(listed.front().scope, names);
  std::map<ResourceReference, std::vector<std::string>> dangling;
  for (const StaticResources::Reference& reference : effects.Dangling(listed.front().scope)) {
    dangling[reference.from].push_back(reference.to.ToString());
  }
  for (size_t i = 0; i < listed.size(); ++i) {
    v1::StaticResource& shown = *response.add_resources();
    *shown.mutable_scope() = ToProto(listed[i].scope);
    shown.set_type(std::string(ShortName(names[i].type)));
    shown.set_name(names[i].name);
    shown.set_version(listed[i].resource->version().ToString());
    shown.set_given_version(listed[i].given_version);
    shown.mutable_overrides()->Assign(overridden[i].begin(), overridden[i].end());
    const std::vector<std::string>& to = dangling[names[i]];
    shown.mutable_dangling()->Assign(to.begin(), to.end());
  }
}

}  // namespace fairlead
