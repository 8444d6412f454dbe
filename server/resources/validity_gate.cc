#include "server/resources/validity_gate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/validation/validate.h"

namespace fairlead {
namespace {

std::string SourceOf(const ValidityGate::Slot& slot) {
  return absl::StrCat("validity of ", ShortName(slot.type), " ", slot.name, " ", slot.where);
}

// "routes[0].match.prefix: it is empty" is about "routes[0].match.prefix"; without a field about
// the whole.
absl::string_view FieldOf(absl::string_view violation) {
  const size_t colon = violation.find(": ");
  return colon == absl::string_view::npos ? "" : violation.substr(0, colon);
}

// Who asks for what is refused, and what they can do.
struct Asker {
  const char* what;
  const char* cure;
};

Asker AskerOf(Type type, const Place& origin) {
  if (type == Type::kSecret) {
    return {"what the certificate's files hold",
            "give the certificate anew: its files, or `fairlead certificates put`"};
  }
  if (type == Type::kListener && origin.container.empty()) {
    return {"what the server's settings and its hosts ask for",
            "correct what the server was started with, or the hosts that are named"};
  }
  return {"what its containers ask for",
          "see which variable or label of its containers says that (`fairlead services`), and "
          "correct it"};
}

Problem InvalidProblem(const ValidityGate::Slot& slot, const absl::Status& valid, Place origin) {
  Problem problem;
  problem.place = std::move(origin);
  problem.place.service = slot.name;
  const Asker asker = AskerOf(slot.type, problem.place);
  problem.what = absl::StrCat(asker.what, " comes to a resource (", ShortName(slot.type),
                              ") that no proxy would take, so it is held back alone and proxies "
                              "keep the last good one, if there is one: ",
                              valid.message());
  problem.cure =
      problem.place.word.empty()
          ? asker.cure
          : absl::StrCat(
                "correct ", problem.place.word,
                ", or the label or the part of VIRTUAL_HOST_MULTIPORTS that says the same");
  return problem;
}

}  // namespace

bool ValidityGate::Admits(const Slot& slot, const google::protobuf::Message& message,
                          OriginOf origin_of, std::vector<ProblemsOf>& problems) {
  return Take(slot, Validate(message), origin_of, problems);
}

bool ValidityGate::Admits(const Slot& slot, const Resource& resource, OriginOf origin_of,
                          std::vector<ProblemsOf>& problems) {
  return Take(slot, ValidateBytes(TypeUrl(resource.type()), resource.body()), origin_of, problems);
}

bool ValidityGate::Take(const Slot& slot, const absl::Status& valid, OriginOf origin_of,
                        std::vector<ProblemsOf>& problems) {
  if (valid.ok()) {
    Settle(slot, problems);
    if (slot.where.empty()) there_.insert({slot.type, slot.name});
    return true;
  }
  std::string source = SourceOf(slot);
  refused_.insert(source);
  problems.push_back(
      {std::move(source), {InvalidProblem(slot, valid, origin_of(FieldOf(valid.message())))}});
  return false;
}

void ValidityGate::Forget(const Slot& slot, std::vector<ProblemsOf>& problems) {
  if (slot.where.empty()) there_.erase({slot.type, slot.name});
  Settle(slot, problems);
}

void ValidityGate::Settle(const Slot& slot, std::vector<ProblemsOf>& problems) {
  if (refused_.empty()) return;
  std::string source = SourceOf(slot);
  if (refused_.erase(source) > 0) problems.push_back({std::move(source), {}});
}

}  // namespace fairlead
