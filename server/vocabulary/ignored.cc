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

// Known, but nothing follows from it. Empty: it has no such form.
struct IgnoredWord {
  absl::string_view variable;
  absl::string_view label;
  absl::string_view nginx_proxy_label;  // without its prefix
  absl::string_view same;               // the value that asks for what happens anyway
  absl::string_view follows;
  absl::string_view cure;
};

constexpr auto kError = Problem::Severity::kError;
constexpr auto kNotice = Problem::Severity::kNotice;
constexpr absl::string_view kLeaveOut = "leave it out";

constexpr std::array<IgnoredWord, 4> kIgnored = {{
    {"VIRTUAL_ROOT", "fairlead.root", "", "",
     "there is no FastCGI, which alone needs a document root", kLeaveOut},
    {"SERVER_TOKENS", "fairlead.server-tokens", "", "off",
     "it is a setting of nginx; Envoy says no version", kLeaveOut},
    {"", "", "debug-endpoint", "false", "there is no /nginx-proxy-debug",
     "leave it out; `fairlead explain` says what there is to say of a container or a URL"},
    {"", "", "nginx", "", "nothing needs to be told which container the proxy is",
     "leave it out; which networks a proxy reaches is found out by the drop-in image itself, and "
     "told in the bootstrap of other proxies"},
}};

// The labels of nginx-proxy that are honoured, without its prefix.
constexpr std::array<absl::string_view, 7> kNginxProxyLabels = {
    "loadbalance",      "keepalive",         "http2.enable",      "http3.enable",
    "non-get-redirect", "ssl_verify_client", "trust-default-cert"};

void NoteIgnored(const v1::Container& container, const IgnoredWord& word, const Place& place,
                 Problems& problems) {
  const auto said = Find(container, word.variable,
                         word.nginx_proxy_label.empty()
                             ? std::string(word.label)
                             : absl::StrCat(kNginxProxyPrefix, word.nginx_proxy_label));
  if (!said.has_value() || said->value == word.same || said->value.empty()) return;
  Add(problems, place, said->word, kNotice, absl::StrCat(said->word, " is ignored: ", word.follows),
      std::string(word.cure));
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

// Names of nginx-proxy's labels that are known, honoured or not, without its prefix.
const std::vector<std::string>& NginxProxyLabelNames() {
  static const auto* const names = [] {
    auto* all = new std::vector<std::string>(kNginxProxyLabels.begin(), kNginxProxyLabels.end());
    for (const IgnoredWord& word : kIgnored) {
      if (!word.nginx_proxy_label.empty()) all->emplace_back(word.nginx_proxy_label);
    }
    return all;
  }();
  return *names;
}

// Labels that have a prefix of their own.
struct LabelFamily {
  absl::string_view prefix;
  const std::vector<std::string>& names;
  Problem::Severity severity;
  // Where none is near.
  absl::string_view cure;
};

bool Has(const LabelFamily& family, absl::string_view label) {
  const absl::string_view name = absl::StripPrefix(label, family.prefix);
  return std::find(family.names.begin(), family.names.end(), name) != family.names.end();
}

void NoteUnknown(const v1::Container& container, const LabelFamily& family, const Place& place,
                 Problems& problems) {
  size_t unknown = 0;
  for (const std::string& label : LabelsWith(container, family.prefix)) {
    if (Has(family, label)) continue;
    if (++unknown > kMostReported) continue;
    const std::string nearest = Nearest(absl::StripPrefix(label, family.prefix), family.names);
    Add(problems, place, PrintableAscii(label), family.severity,
        absl::StrCat("there is no label ", Shown(label), ", so it is ignored"),
        nearest.empty() ? std::string(family.cure)
                        : absl::StrCat("did you mean ", family.prefix, nearest, "?"));
  }
  if (unknown <= kMostReported) return;
  Add(problems, place, "", family.severity,
      absl::StrCat(unknown - kMostReported, " more labels that start with ", family.prefix,
                   " do not exist"),
      "correct those that are named, and look again");
}

const LabelFamily& OurLabels() {
  static const auto* const family =
      new LabelFamily{kPrefix, LabelNames(), kError,
                      "docs/labels.md lists the labels that there are, such as fairlead.host"};
  return *family;
}

const LabelFamily& NginxProxysLabels() {
  static const auto* const family =
      new LabelFamily{kNginxProxyPrefix, NginxProxyLabelNames(), kNotice,
                      "leave it out; docs/labels.md lists the labels of nginx-proxy that are "
                      "honoured"};
  return *family;
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
      if (!word.label.empty()) all->emplace_back(absl::StripPrefix(word.label, kPrefix));
    }
    return all;
  }();
  return *names;
}

bool IsKnownLabel(absl::string_view label) {
  for (const LabelFamily* family : {&OurLabels(), &NginxProxysLabels()}) {
    if (absl::StartsWith(label, family->prefix)) return Has(*family, label);
  }
  return false;
}

void NoteIgnored(const v1::Container& container, const Place& place, Problems& problems) {
  for (const IgnoredWord& word : kIgnored) NoteIgnored(container, word, place, problems);
}

void NoteUnknownLabels(const v1::Container& container, const Place& place, Problems& problems) {
  NoteUnknown(container, OurLabels(), place, problems);
}

void NoteUnknownNginxProxyLabels(const v1::Container& container, const Place& place,
                                 Problems& problems) {
  NoteUnknown(container, NginxProxysLabels(), place, problems);
}

}  // namespace fairlead
