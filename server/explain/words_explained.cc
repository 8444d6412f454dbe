#include "server/explain/words_explained.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

constexpr char kMultiportsVariable[] = "VIRTUAL_HOST_MULTIPORTS";
constexpr char kMultiportsLabel[] = "fairlead.multiports";
constexpr char kPrefix[] = "fairlead.";
constexpr char kNginxProxyPrefix[] = "com.github.nginx-proxy.nginx-proxy.";

std::string Hosts(const RoutingRequest& request) {
  return absl::StrCat(
      "asks for ",
      absl::StrJoin(request.domains, ", ", [](std::string* text, const DomainRequest& domain) {
        absl::StrAppend(text, domain.host);
      }));
}

std::string Port(const RoutingRequest& request) {
  return absl::StrCat("requests go to its port ", request.routes.front().port);
}

std::string Path(const RoutingRequest& request) {
  return absl::StrCat("asks for what is below ", request.routes.front().path);
}

std::string Destination(const RoutingRequest& request) {
  const RouteRequest& route = request.routes.front();
  return absl::StrCat("gets ", route.destination.value_or(""), " in place of ", route.path);
}

std::string Paths(const RoutingRequest& request) {
  return absl::StrCat(
      "asks for ",
      absl::StrJoin(request.routes, ", ", [](std::string* text, const RouteRequest& route) {
        absl::StrAppend(text, route.host, route.path, " (port ", route.port, ")");
      }));
}

std::string ServiceOf(const RoutingRequest& request) {
  return absl::StrCat("is of the service ", request.service);
}

// Words that say one thing, and what is made of it if it is taken.
struct Meaning {
  const char* variable;
  const char* label;
  std::string (*made)(const RoutingRequest&);  // null: it stands as it is said
  bool by_path = false;                        // what VIRTUAL_HOST_MULTIPORTS says path by path
};

constexpr Meaning kMeanings[] = {
    {"VIRTUAL_HOST", "fairlead.host", Hosts, true},
    {"VIRTUAL_PORT", "fairlead.port", Port, true},
    {"VIRTUAL_PATH", "fairlead.path", Path, true},
    {"VIRTUAL_DEST", "fairlead.dest", Destination, true},
    {"VIRTUAL_PROTO", "fairlead.proto", nullptr, true},
    {kMultiportsVariable, kMultiportsLabel, Paths},
    {"", "fairlead.service", ServiceOf},
};

const Meaning* MeaningOf(absl::string_view word) {
  const auto found = std::find_if(
      std::begin(kMeanings), std::end(kMeanings),
      [&](const Meaning& meaning) { return word == meaning.variable || word == meaning.label; });
  return found == std::end(kMeanings) ? nullptr : found;
}

bool IsOfVocabulary(absl::string_view label) {
  return absl::StartsWith(label, kPrefix) || absl::StartsWith(label, kNginxProxyPrefix);
}

// The label of ours that says the same: "fairlead.network-access" for NETWORK_ACCESS,
// "fairlead.http2" for nginx-proxy's "http2.enable", and a label of ours for itself.
std::string LabelFor(absl::string_view word) {
  if (const Meaning* meaning = MeaningOf(word)) return meaning->label;
  if (absl::StartsWith(word, kPrefix)) return std::string(word);
  absl::string_view name = word;
  if (absl::ConsumePrefix(&name, kNginxProxyPrefix)) absl::ConsumeSuffix(&name, ".enable");
  std::string label = absl::StrCat(kPrefix, absl::AsciiStrToLower(name));
  std::replace(label.begin(), label.end(), '_', '-');
  return label;
}

bool HasValue(const google::protobuf::Map<std::string, std::string>& values,
              const std::string& word) {
  const auto found = values.find(word);
  return found != values.end() && !absl::StripAsciiWhitespace(found->second).empty();
}

// What stands in the way of `word`, which has a value; empty: nothing does.
std::string Overruled(const v1::Container& container, const RoutingRequest& request,
                      const std::string& word) {
  const std::string label = LabelFor(word);
  if (word != label && HasValue(container.labels(), label)) {
    return absl::StrCat("is not looked at: the label ", label, " says it");
  }
  if (absl::StartsWith(word, kNginxProxyPrefix)) {
    for (const auto& [variable, value] : container.environment()) {
      if (LabelFor(variable) != label || !HasValue(container.environment(), variable)) continue;
      return absl::StrCat("is not looked at: the variable ", variable, " says it");
    }
  }
  const Meaning* const meaning = MeaningOf(word);
  if (meaning == nullptr || !meaning->by_path || !request.multiports) return "";
  const bool by_label = HasValue(container.labels(), kMultiportsLabel);
  return absl::StrCat("is not looked at: ", by_label ? kMultiportsLabel : kMultiportsVariable,
                      " says it path by path");
}

std::string Made(const v1::Container& container, const RoutingRequest& request,
                 const std::string& word) {
  std::string overruled = Overruled(container, request, word);
  if (!overruled.empty()) return overruled;
  const Meaning* const meaning = MeaningOf(word);
  if (meaning == nullptr || meaning->made == nullptr) return "taken as it stands";
  if (meaning->made == ServiceOf) return ServiceOf(request);
  // Another word keeps the whole container out.
  if (!request.published()) return "nothing: the container is not published";
  return meaning->made(request);
}

// What a later stage says of a host of the container's, at the word or what says the same; null:
// nothing.
const v1::Problem* ToldOf(const RoutingRequest& request, const std::vector<v1::Problem>& told,
                          const std::string& word) {
  const auto found = std::find_if(told.begin(), told.end(), [&](const v1::Problem& problem) {
    return !problem.word().empty() && LabelFor(problem.word()) == LabelFor(word) &&
           request.FindDomain(problem.service()) != nullptr;
  });
  return found == told.end() ? nullptr : &*found;
}

v1::WordExplained Explained(const v1::Container& container, const RoutingRequest& request,
                            const Problems& problems, const std::vector<v1::Problem>& told,
                            const std::string& word, const std::string& value) {
  v1::WordExplained explained;
  explained.set_word(word);
  explained.set_value(value);
  const auto wrong = std::find_if(problems.begin(), problems.end(), [&](const Problem& problem) {
    return problem.place.word == word;
  });
  if (wrong != problems.end()) {
    explained.set_made(wrong->what);
    explained.set_is_wrong(wrong->severity == Problem::Severity::kError);
  } else if (absl::StripAsciiWhitespace(value).empty()) {
    explained.set_made("is empty, so it counts as not set");
  } else {
    explained.set_made(Made(container, request, word));
    const v1::Problem* const later = ToldOf(request, told, word);
    if (later != nullptr && Overruled(container, request, word).empty()) {
      explained.set_made(later->what());
      explained.set_is_wrong(later->severity() == v1::Problem::ERROR);
    }
  }
  return explained;
}

}  // namespace

google::protobuf::RepeatedPtrField<v1::WordExplained> ExplainWords(
    const v1::Container& container, const RoutingRequest& request, const Problems& problems,
    const std::vector<v1::Problem>& told) {
  absl::btree_map<std::string, std::string> words(container.environment().begin(),
                                                  container.environment().end());
  for (const auto& [label, value] : container.labels()) {
    if (IsOfVocabulary(label)) words.emplace(label, value);
  }
  google::protobuf::RepeatedPtrField<v1::WordExplained> explained;
  for (const auto& [word, value] : words) {
    *explained.Add() = Explained(container, request, problems, told, word, value);
  }
  return explained;
}

}  // namespace fairlead
