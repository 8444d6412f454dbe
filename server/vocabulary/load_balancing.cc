#include "server/vocabulary/load_balancing.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

using Words = std::vector<absl::string_view>;
using Policy = LoadBalancing::Policy;
using Key = LoadBalancing::Key;

constexpr size_t kLongestName = 100;

bool IsName(absl::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '-';
         });
}

LoadBalancing HashOn(Key key, std::string name) { return {Policy::kHash, key, std::move(name)}; }

// nginx's variable, as what Envoy can hash.
std::optional<LoadBalancing> HashOnVariable(absl::string_view variable) {
  if (!absl::ConsumePrefix(&variable, "$")) return std::nullopt;
  // `${name}` is the same.
  if (absl::ConsumePrefix(&variable, "{") && !absl::ConsumeSuffix(&variable, "}")) {
    return std::nullopt;
  }
  if (variable == "remote_addr" || variable == "binary_remote_addr") {
    return HashOn(Key::kClientAddress, "");
  }
  if (variable == "request_uri" || variable == "uri") return HashOn(Key::kHeader, ":path");
  if (variable == "host" || variable == "http_host") return HashOn(Key::kHeader, ":authority");
  if (!IsName(variable)) return std::nullopt;
  if (absl::ConsumePrefix(&variable, "http_") && !variable.empty()) {
    return HashOn(Key::kHeader, absl::AsciiStrToLower(absl::StrReplaceAll(variable, {{"_", "-"}})));
  }
  if (absl::ConsumePrefix(&variable, "cookie_") && !variable.empty()) {
    return HashOn(Key::kCookie, std::string(variable));
  }
  if (absl::ConsumePrefix(&variable, "arg_") && !variable.empty()) {
    return HashOn(Key::kQueryParameter, std::string(variable));
  }
  return std::nullopt;
}

std::optional<LoadBalancing> Read(const Words& words) {
  const std::string line = absl::AsciiStrToLower(absl::StrJoin(words, " "));
  if (line == "round_robin") return LoadBalancing();
  if (line == "least_conn" || line == "random two least_conn") {
    return LoadBalancing{Policy::kLeastRequest, {}, {}};
  }
  if (line == "random" || line == "random two") return LoadBalancing{Policy::kRandom, {}, {}};
  if (line == "ip_hash") return HashOn(Key::kClientAddress, "");
  if (words.empty() || words[0] != "hash") return std::nullopt;
  if (words.size() == 2 || (words.size() == 3 && words[2] == "consistent")) {
    return HashOnVariable(words[1]);
  }
  return std::nullopt;
}

}  // namespace

std::optional<LoadBalancing> ParseLoadBalancing(const Said& said, const Place& place,
                                                Problems& problems) {
  absl::string_view line = said.value;
  absl::ConsumeSuffix(&line, ";");
  const Words words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  std::optional<LoadBalancing> balancing = Read(words);
  if (!balancing.has_value()) {
    Add(problems, place, said.word, Problem::Severity::kError,
        absl::StrCat(Shown(said.value),
                     " is no way to balance that is known here, so requests go round robin"),
        "write one of least_conn, ip_hash, random two, hash $remote_addr, hash $request_uri, hash "
        "$http_NAME, hash $cookie_NAME or hash $arg_NAME, the last five also with 'consistent'");
  }
  return balancing;
}

}  // namespace fairlead
