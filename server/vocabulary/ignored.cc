#include "server/vocabulary/ignored.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/vocabulary/said.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr absl::string_view kPrefix = "fairlead.";
constexpr absl::string_view kNginxProxyPrefix = "com.github.nginx-proxy.nginx-proxy.";
constexpr size_t kMostReported = 10;

struct IgnoredWord {
  absl::string_view variable;
  absl::string_view label;
  absl::string_view follows;
};

constexpr auto kError = Problem::Severity::kError;
constexpr auto kNotice = Problem::Severity::kNotice;
constexpr absl::string_view kLeaveOut = "leave it out";

constexpr std::array<IgnoredWord, 2> kIgnored = {{
    {"VIRTUAL_ROOT", "fairlead.root", "there is no FastCGI, which alone needs a document root"},
    {"SERVER_TOKENS", "fairlead.server-tokens", "it is a setting of nginx; Envoy says no version"},
}};

// The labels of nginx-proxy that are honoured, without its prefix.
constexpr std::array<absl::string_view, 7> kNginxProxyLabels = {
    "loadbalance",      "keepalive",         "http2.enable",      "http3.enable",
    "non-get-redirect", "ssl_verify_client", "trust-default-cert"};

void NoteIgnored(const v1::Container& container, const IgnoredWord& word, const Place& place,
                 Problems& problems) {
  const auto said = Find(container, word.variable, word.label);
  if (!said.has_value() || said->value.empty()) return;
  Add(problems, place, said->word, kNotice, absl::StrCat(said->word, " is ignored: ", word.follows),
      std::string(kLeaveOut));
}

// Labels that start with `prefix`, sorted.
std::vector<std::string> LabelsWith(const v1::Container& container, absl::string_view prefix) {
  std::vector<std::string> labels;
  for (const auto& [label, value] : container.labels()) {
    if (absl::StartsWith(label, prefix)) labels.push_back(label);
  }
  std::sort(labels.begin(), labels.end());
  return labels;
}

void NoteNginxProxyLabels(const v1::Container& container, const Place& place, Problems& problems) {
  std::vector<std::string> labels = LabelsWith(container, kNginxProxyPrefix);
  std::erase_if(labels, [](absl::string_view label) {
    const absl::string_view name = absl::StripPrefix(label, kNginxProxyPrefix);
    return std::find(kNginxProxyLabels.begin(), kNginxProxyLabels.end(), name) !=
           kNginxProxyLabels.end();
  });
  if (labels.empty()) return;
  Add(problems, place, PrintableAscii(labels.front()), kNotice,
      absl::StrCat(
          "the label ", Shown(labels.front()),
          labels.size() > 1 ? absl::StrCat(" and ", labels.size() - 1, " more like it are") : " is",
          " not known here and ignored: the proxy's own settings stand"),
      std::string(kLeaveOut));
}

std::string CureOf(absl::string_view name) {
  const std::string nearest = Nearest(name, LabelNames());
  if (!nearest.empty()) return absl::StrCat("did you mean ", kPrefix, nearest, "?");
  return "the labels are fairlead.host, fairlead.port, fairlead.path and fairlead.service";
}

}  // namespace

const std::vector<std::string>& LabelNames() {
  static const auto* const names = [] {
    auto* all = new std::vector<std::string>{"host",
                                             "port",
                                             "path",
                                             "service",
                                             "dest",
                                             "proto",
                                             "multiports",
                                             "network-access",
                                             "external-http-port",
                                             "external-https-port",
                                             "cert-name",
                                             "https-method",
                                             "hsts",
                                             "ssl-policy",
                                             "enable-http-on-missing-cert",
                                             "acme-http-challenge-location",
                                             "non-get-redirect",
                                             "ssl-verify-client",
                                             "trust-default-cert",
                                             "http2",
                                             "http3",
                                             "loadbalance",
                                             "keepalive"};
    for (const IgnoredWord& word : kIgnored) {
      all->emplace_back(absl::StripPrefix(word.label, kPrefix));
    }
    return all;
  }();
  return *names;
}

void NoteIgnored(const v1::Container& container, const Place& place, Problems& problems) {
  for (const IgnoredWord& word : kIgnored) NoteIgnored(container, word, place, problems);
  NoteNginxProxyLabels(container, place, problems);
}

void NoteUnknownLabels(const v1::Container& container, const Place& place, Problems& problems) {
  size_t unknown = 0;
  for (const std::string& label : LabelsWith(container, kPrefix)) {
    const absl::string_view name = absl::StripPrefix(label, kPrefix);
    const auto& names = LabelNames();
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    if (++unknown > kMostReported) continue;
    Add(problems, place, PrintableAscii(label), kError,
        absl::StrCat("there is no label ", Shown(label), ", so it is ignored"), CureOf(name));
  }
  if (unknown <= kMostReported) return;
  Add(problems, place, "", kError,
      absl::StrCat(unknown - kMostReported, " more labels that start with fairlead. do not exist"),
      "correct those that are named, and look again");
}

}  // namespace fairlead
