#include "server/routing/public_ports.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

const char* WordFor(bool is_https) {
  return is_https ? "EXTERNAL_HTTPS_PORT" : "EXTERNAL_HTTP_PORT";
}

}  // namespace

void PublicPorts::Ask(const Asker& asker, const DomainSettings& settings,
                      absl::btree_set<std::string>& concerned) {
  std::optional<Asked> after;
  if (settings.http_port.has_value() || settings.https_port.has_value()) {
    after = Asked{asker, settings.http_port, settings.https_port};
    if (settings.https_method == HttpsMethod::kNoHttps) after->https.reset();
  }
  const auto found = asked_.find(asker.domain);
  std::optional<Asked> before =
      found == asked_.end() ? std::nullopt : std::make_optional(found->second);
  if (before == after) return;
  absl::btree_map<uint16_t, std::optional<Verdict>> verdicts;
  for (const auto* asked : {&before, &after}) {
    if (!asked->has_value()) continue;
    for (const auto& port : {(*asked)->http, (*asked)->https}) {
      if (port.has_value()) verdicts.emplace(*port, VerdictOn(*port));
    }
  }
  Set(asker.domain, after);
  for (const auto& [port, verdict] : verdicts) {
    const auto asked = ports_.find(port);
    if (asked == ports_.end() || VerdictOn(port) == verdict) continue;
    for (const auto* askers : {&asked->second.http, &asked->second.https}) {
      for (const Asker& other : *askers) concerned.insert(other.domain);
    }
  }
}

void PublicPorts::Set(const std::string& domain, const std::optional<Asked>& asked) {
  if (const auto before = asked_.find(domain); before != asked_.end()) {
    for (const auto& port : {before->second.http, before->second.https}) {
      const auto found = port.has_value() ? ports_.find(*port) : ports_.end();
      if (found == ports_.end()) continue;
      found->second.http.erase(before->second.asker);
      found->second.https.erase(before->second.asker);
      if (found->second.http.empty() && found->second.https.empty()) ports_.erase(found);
    }
    asked_.erase(before);
  }
  if (!asked.has_value()) return;
  if (asked->http.has_value()) ports_[*asked->http].http.insert(asked->asker);
  if (asked->https.has_value()) ports_[*asked->https].https.insert(asked->asker);
  asked_.emplace(domain, *asked);
}

std::optional<PublicPorts::Verdict> PublicPorts::VerdictOn(uint16_t port) const {
  const auto found = ports_.find(port);
  if (found == ports_.end()) return std::nullopt;
  const Port& asked = found->second;
  if (asked.http.empty() || asked.https.empty()) return std::nullopt;
  // Of a domain that asks for it in both ways, http is heard.
  const bool is_https = *asked.https.begin() < *asked.http.begin();
  return Verdict{is_https, is_https ? *asked.https.begin() : *asked.http.begin()};
}

Problems PublicPorts::Settle(const std::string& domain, DomainSettings& settings) const {
  Problems problems;
  const auto found = asked_.find(domain);
  if (found == asked_.end()) return problems;
  for (const bool is_https : {false, true}) {
    const std::optional<uint16_t>& asked = is_https ? found->second.https : found->second.http;
    if (!asked.has_value()) continue;
    const std::optional<Verdict> verdict = VerdictOn(*asked);
    if (!verdict.has_value() || verdict->is_https == is_https) continue;
    (is_https ? settings.https_port : settings.http_port).reset();
    if (found->second.asker.standing == Standing::kGone) continue;
    Problem problem;
    problem.place.service = found->second.asker.service;
    problem.place.word = WordFor(is_https);
    problem.what = absl::StrCat(
        "port ", *asked, ", which it asks for for the host ", Shown(domain), ", is the one that ",
        verdict->heard.service, " asks for with ", WordFor(verdict->is_https), " for ",
        Shown(verdict->heard.domain),
        ", and proxies speak either http or https at a port; so the host is served over ",
        is_https ? "https" : "http", " at the proxies' own port");
    problem.cure = absl::StrCat("ask for another port in ", WordFor(is_https),
                                " or in the other's ", WordFor(verdict->is_https), ", or for none");
    problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace fairlead
