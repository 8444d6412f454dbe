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
  absl::string_view harmless;  // the value that asks for what is done anyway; empty: none does
  Problem::Severity severity;
  absl::string_view follows;
  absl::string_view cure;
};

constexpr auto kError = Problem::Severity::kError;
constexpr auto kNotice = Problem::Severity::kNotice;
constexpr absl::string_view kLeaveOut = "leave it out until it is supported";
constexpr absl::string_view kNoHttps = "hosts are served over HTTP only";

constexpr std::array<IgnoredWord, 14> kIgnored = {{
    {"VIRTUAL_DEST", "fairlead.dest", "", kError,
     "requests reach the container with the path that they came with",
     "let the application serve below its VIRTUAL_PATH, and leave this word out"},
    {"VIRTUAL_PROTO", "fairlead.proto", "http", kError,
     "the container is spoken to in HTTP/1.1 without TLS",
     "let the container serve HTTP, and leave this word out or write http"},
    {"VIRTUAL_ROOT", "fairlead.root", "", kNotice,
     "there is no FastCGI, which alone needs a document root", kLeaveOut},
    {"EXTERNAL_HTTP_PORT", "fairlead.external-http-port", "", kError,
     "the host is served on the proxy's own port", kLeaveOut},
    {"EXTERNAL_HTTPS_PORT", "fairlead.external-https-port", "", kError, kNoHttps, kLeaveOut},
    {"CERT_NAME", "fairlead.cert-name", "", kError, kNoHttps, kLeaveOut},
    {"HTTPS_METHOD", "fairlead.https-method", "nohttps", kError, kNoHttps,
     "leave it out until it is supported, or write nohttps"},
    {"HSTS", "fairlead.hsts", "off", kNotice, kNoHttps, kLeaveOut},
    {"SSL_POLICY", "fairlead.ssl-policy", "", kNotice, kNoHttps, kLeaveOut},
    {"SERVER_TOKENS", "fairlead.server-tokens", "", kNotice, "it is a setting of nginx", kLeaveOut},
    {"ENABLE_HTTP_ON_MISSING_CERT", "fairlead.enable-http-on-missing-cert", "true", kNotice,
     "hosts are served over HTTP", kLeaveOut},
    {"ACME_HTTP_CHALLENGE_LOCATION", "fairlead.acme-http-challenge-location", "false", kNotice,
     "ACME challenges go where other requests go", kLeaveOut},
    // These two are reported on their own, and are here for their names.
    {"NETWORK_ACCESS", "fairlead.network-access", "external", kError, "", ""},
    {"VIRTUAL_HOST_MULTIPORTS", "fairlead.multiports", "", kError, "", ""},
}};

void NoteIgnored(const v1::Container& container, const IgnoredWord& word, const Place& place,
                 Problems& problems) {
  if (word.follows.empty()) return;
  const auto said = Find(container, word.variable, word.label);
  if (!said.has_value() || said->value.empty()) return;
  if (!word.harmless.empty() && absl::EqualsIgnoreCase(said->value, word.harmless)) return;
  Add(problems, place, said->word, word.severity,
      absl::StrCat(said->word, " is not supported yet and ignored: ", word.follows),
      std::string(word.cure));
}

bool NetworkAccessAllows(const v1::Container& container, const Place& place, Problems& problems) {
  const auto said = Find(container, "NETWORK_ACCESS", "fairlead.network-access");
  if (!said.has_value() || said->value.empty() || absl::EqualsIgnoreCase(said->value, "external")) {
    return true;
  }
  Add(problems, place, said->word, kError,
      absl::StrCat(said->word,
                   " is not supported yet; so that nobody gets in who should not, the "
                   "container gets no traffic"),
      "leave it out, or write external, if everyone who reaches the proxy may reach the container");
  return false;
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
  if (labels.empty()) return;
  Add(problems, place, Printable(labels.front()), kNotice,
      absl::StrCat(
          "the label ", Shown(labels.front()),
          labels.size() > 1 ? absl::StrCat(" and ", labels.size() - 1, " more like it are") : " is",
          " not supported yet and ignored: the proxy's own settings stand"),
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
    auto* all = new std::vector<std::string>{"host", "port", "path", "service"};
    for (const IgnoredWord& word : kIgnored) {
      all->emplace_back(absl::StripPrefix(word.label, kPrefix));
    }
    return all;
  }();
  return *names;
}

bool MayIgnore(const v1::Container& container, const Place& place, Problems& problems) {
  for (const IgnoredWord& word : kIgnored) NoteIgnored(container, word, place, problems);
  NoteNginxProxyLabels(container, place, problems);
  return NetworkAccessAllows(container, place, problems);
}

void NoteUnknownLabels(const v1::Container& container, const Place& place, Problems& problems) {
  size_t unknown = 0;
  for (const std::string& label : LabelsWith(container, kPrefix)) {
    const absl::string_view name = absl::StripPrefix(label, kPrefix);
    const auto& names = LabelNames();
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    if (++unknown > kMostReported) continue;
    Add(problems, place, Printable(label), kError,
        absl::StrCat("there is no label ", Shown(label), ", so it is ignored"), CureOf(name));
  }
  if (unknown <= kMostReported) return;
  Add(problems, place, "", kError,
      absl::StrCat(unknown - kMostReported, " more labels that start with fairlead. do not exist"),
      "correct those that are named, and look again");
}

void NoteMultiports(const v1::Container& container, const Place& place, Problems& problems) {
  const auto said = Find(container, "VIRTUAL_HOST_MULTIPORTS", "fairlead.multiports");
  if (!said.has_value() || said->value.empty()) return;
  Add(problems, place, said->word, kError,
      absl::StrCat(said->word,
                   " is not supported yet and ignored: its hosts, paths and ports are "
                   "not routed"),
      "use VIRTUAL_HOST, VIRTUAL_PATH and VIRTUAL_PORT, with one service for each port");
}

}  // namespace fairlead
