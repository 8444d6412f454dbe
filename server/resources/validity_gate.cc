#include "server/resources/validity_gate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/validation/validate.h"

namespace fairlead {
namespace {

std::string SourceOf(const ValidityGate::Slot& slot) {
  return absl::StrCat("validity of ", ShortName(slot.type), " ", slot.name, " ", slot.view);
}

Problem InvalidProblem(const ValidityGate::Slot& slot, const absl::Status& valid) {
  Problem problem;
  problem.place.service = slot.name;
  problem.place.word = std::string(ShortName(slot.type));
  problem.what = absl::StrCat("what its containers ask for comes to ", ShortName(slot.type),
                              " that no proxy would take, so it is held back alone and proxies "
                              "keep the last good one, if there is one: ",
                              valid.message());
  problem.cure =
      "see which variable or label of its containers says that (`fairlead services`), and correct "
      "it";
  return problem;
}

}  // namespace

bool ValidityGate::Admits(const Slot& slot, const google::protobuf::Message& message,
                          std::vector<ProblemsOf>& problems) {
  return Take(slot, Validate(message), problems);
}

bool ValidityGate::Admits(const Slot& slot, const Resource& resource,
                          std::vector<ProblemsOf>& problems) {
  return Take(slot, ValidateBytes(TypeUrl(resource.type()), resource.body()), problems);
}

bool ValidityGate::Take(const Slot& slot, const absl::Status& valid,
                        std::vector<ProblemsOf>& problems) {
  if (valid.ok()) {
    Forget(slot, problems);
    return true;
  }
  std::string source = SourceOf(slot);
  refused_.insert(source);
  problems.push_back({std::move(source), {InvalidProblem(slot, valid)}});
  return false;
}

void ValidityGate::Forget(const Slot& slot, std::vector<ProblemsOf>& problems) {
  if (refused_.empty()) return;
  std::string source = SourceOf(slot);
  if (refused_.erase(source) > 0) problems.push_back({std::move(source), {}});
}

}  // namespace fairlead
