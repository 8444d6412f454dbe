#include "server/vocabulary/host.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/base/nginx_regex.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr size_t kLongestHost = 253;
constexpr size_t kLongestLabel = 63;
constexpr int kMostReported = 10;

struct Refusal {
  std::string why;  // continues "'x' "
  std::string cure;
};

bool IsHostCharacter(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; }

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isascii(static_cast<unsigned char>(c)); });
}

bool HasSpace(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); });
}

bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

std::string Normalized(absl::string_view host) {
  return IsHostRegex(host) ? std::string(host) : absl::AsciiStrToLower(host);
}

// Of what is taken for something else than a host.
std::optional<Refusal> OtherThanHost(absl::string_view item) {
  if (absl::StrContains(item, "://")) {
    return Refusal{"is a URL", "write the host alone, as in shop.example"};
  }
  if (absl::StrContains(item, "/")) {
    return Refusal{
        "has a path",
        "write the host alone, and the path in VIRTUAL_PATH (or the label fairlead.path)"};
  }
  if (HasSpace(item)) {
    return Refusal{"has a space in it", "separate hosts with commas, as in a.example,b.example"};
  }
  if (absl::StrContains(item, ":")) {
    return Refusal{"has a port or is an IPv6 address",
                   "write the host alone; the container's port goes in VIRTUAL_PORT (or the label "
                   "fairlead.port)"};
  }
  if (!IsAscii(item)) {
    return Refusal{"has letters beyond ASCII", "write an internationalised name in its xn-- form"};
  }
  return std::nullopt;
}

// `name` is what is left of the item without its wildcard.
std::optional<Refusal> NotAName(absl::string_view name) {
  if (absl::StrContains(name, "*")) {
    return Refusal{"has a wildcard where none can be",
                   "use one '*' as the whole first or last label: *.shop.example or shop.*"};
  }
  if (!std::all_of(name.begin(), name.end(), IsHostCharacter)) {
    return Refusal{"has a character that no host has", "use letters, digits, '-', '_' and '.'"};
  }
  if (absl::EndsWith(name, ".")) {
    return Refusal{"ends with a dot", "write it without the final dot"};
  }
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    if (label.empty()) return Refusal{"has two dots in a row or starts with one", "take it out"};
    if (label.size() > kLongestLabel) {
      return Refusal{"has a label of more than 63 characters", "shorten it"};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> WhyNotRegex(absl::string_view item) {
  if (absl::StrContains(item, "/")) {
    return Refusal{"has a '/', which no host has", "match the path with VIRTUAL_PATH"};
  }
  if (!IsAscii(item) || HasControl(item)) {
    return Refusal{"has a character that no host has", "use ASCII letters and RE2's syntax"};
  }
  const absl::Status status = CheckHostRegex(item);
  if (status.ok()) return std::nullopt;
  if (absl::IsResourceExhausted(status)) {
    return Refusal{"is larger than a proxy takes",
                   "shorten it, or use a wildcard such as *.shop.example"};
  }
  return Refusal{
      absl::StrCat("is no regular expression of RE2 (", PrintableAscii(status.message()), ")"),
      "RE2 has neither look-around nor back-references; name the hosts, or use a "
      "wildcard such as *.shop.example"};
}

std::optional<Refusal> WhyNotHost(absl::string_view item) {
  if (item.size() > kLongestHost) {
    return Refusal{absl::StrCat("is longer than ", kLongestHost, " characters"), "shorten it"};
  }
  if (IsHostRegex(item)) return WhyNotRegex(item);
  if (auto refusal = OtherThanHost(item); refusal.has_value()) return refusal;
  if (item == "*") {
    return Refusal{"would be every host", "name a domain, as in *.shop.example"};
  }
  absl::string_view name = item;
  if (!absl::ConsumePrefix(&name, "*.")) absl::ConsumeSuffix(&name, ".*");
  return NotAName(name);
}

// Where there has to be one.
std::optional<Refusal> WhyNot(absl::string_view item) {
  return item.empty() ? Refusal{"is empty", "name a host"} : WhyNotHost(item);
}

void Report(const Said& list, const Place& place, int refused, Problems& problems) {
  if (refused <= kMostReported) return;
  Add(problems, place, list.word, Problem::Severity::kError,
      absl::StrCat(refused - kMostReported, " more items are not hosts and are ignored"),
      "correct those that are named, and look again");
}

void Limit(const Said& list, const Place& place, std::vector<std::string>& hosts,
           Problems& problems) {
  if (hosts.size() <= kMostHosts) return;
  Add(problems, place, list.word, Problem::Severity::kError,
      absl::StrCat(hosts.size(), " hosts are more than the ", kMostHosts,
                   " that one container may ask for; those after ", Shown(hosts[kMostHosts - 1]),
                   " in alphabetical order are ignored"),
      "use a wildcard such as *.shop.example, or divide them among services");
  hosts.resize(kMostHosts);
}

}  // namespace

std::vector<std::string> ParseHosts(const Said& list, const Place& place, Problems& problems) {
  std::vector<std::string> hosts;
  int refused = 0;
  for (absl::string_view item : absl::StrSplit(list.value, ',')) {
    item = absl::StripAsciiWhitespace(item);
    if (item.empty()) continue;
    const auto refusal = WhyNotHost(item);
    if (!refusal.has_value()) {
      hosts.push_back(Normalized(item));
    } else if (++refused <= kMostReported) {
      Add(problems, place, list.word, Problem::Severity::kError,
          absl::StrCat(Shown(item), " ", refusal->why, ", so this host is not routed"),
          refusal->cure);
    }
  }
  Report(list, place, refused, problems);
  std::sort(hosts.begin(), hosts.end());
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  Limit(list, place, hosts, problems);
  return hosts;
}

absl::StatusOr<std::string> ReadHost(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  const auto refusal = WhyNot(text);
  if (!refusal.has_value()) return Normalized(text);
  return absl::InvalidArgumentError(
      absl::StrCat(Shown(text), " ", refusal->why, "; ", refusal->cure));
}

std::optional<std::string> CheckHost(absl::string_view text, const Said& said, const Place& place,
                                     Problems& problems) {
  text = absl::StripAsciiWhitespace(text);
  const auto refusal = WhyNot(text);
  if (!refusal.has_value()) return Normalized(text);
  Add(problems, place, said.word, Problem::Severity::kError,
      absl::StrCat(Shown(text), " ", refusal->why, ", so this host is not routed"), refusal->cure);
  return std::nullopt;
}

}  // namespace fairlead
