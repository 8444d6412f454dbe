#include "server/routing/domain_words.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

bool IsGone(const DomainSpeaker& speaker) { return speaker.standing == Standing::kGone; }

bool HeardBefore(const DomainSpeaker& a, const DomainSpeaker& b) {
  return std::tie(a.standing, b.multiports, a.service) <
         std::tie(b.standing, a.multiports, b.service);
}

ClientCertificates ClientsOf(const DomainSpeaker& speaker) {
  return speaker.access.clients.value_or(ClientCertificates::kRequired);
}

Problem Contradiction(const std::string& domain, const std::string& heard,
                      const std::string& not_heard) {
  Problem problem;
  problem.place.service = not_heard;
  problem.what = absl::StrCat("it asks for something else of the host ", Shown(domain), " than ",
                              heard, " does (certificate, https, HSTS or ports), which is heard");
  problem.cure = absl::StrCat("say it in one of the two services, or in both alike");
  return problem;
}

Problem LessCareful(const std::string& domain, const DomainSpeaker& heard,
                    const DomainSpeaker& not_heard) {
  Problem problem;
  problem.place.service = not_heard.service;
  problem.place.word = "fairlead.ssl-verify-client";
  problem.what = absl::StrCat(
      "it asks for '", ClientCertificatesName(ClientsOf(not_heard)), "' of clients of the host ",
      Shown(domain), ", and ", heard.service,
      heard.access.clients.has_value() ? " for '" : ", which does not say, for '",
      ClientCertificatesName(ClientsOf(heard)), "': of several services the strictest is heard");
  problem.cure = "say the same in both services, or give one of them a host of its own";
  return problem;
}

void MergeClients(const std::string& domain, const std::vector<DomainSpeaker>& speakers,
                  DomainWords& words) {
  const DomainSpeaker* strictest = &speakers.front();
  const DomainSpeaker* laxest = &speakers.front();
  words.settings.client_certificates = strictest->access.clients;
  for (const DomainSpeaker& speaker : speakers) {
    if (ClientsOf(speaker) < ClientsOf(*strictest)) strictest = &speaker;
    if (ClientsOf(speaker) > ClientsOf(*laxest)) laxest = &speaker;
    words.settings.client_certificates =
        MoreCareful(words.settings.client_certificates, speaker.access.clients);
  }
  if (ClientsOf(*strictest) == ClientsOf(*laxest)) return;
  words.problems.push_back(LessCareful(domain, *strictest, *laxest));
}

void MergeOthers(const std::string& domain, const std::vector<DomainSpeaker>& speakers,
                 DomainWords& words) {
  const DomainSpeaker* contradicts = nullptr;
  for (const DomainSpeaker& speaker : speakers) {
    DomainSettings said = *speaker.said;
    if (said.http_port.has_value() && words.http_port_by.empty()) {
      words.http_port_by = speaker.service;
    }
    if (said.https_port.has_value() && words.https_port_by.empty()) {
      words.https_port_by = speaker.service;
    }
    said.client_certificates = words.settings.client_certificates;
    DomainSettings merged = Over(words.settings, said);
    if (contradicts == nullptr && Over(said, words.settings) != merged) contradicts = &speaker;
    words.settings = std::move(merged);
  }
  if (contradicts == nullptr) return;
  words.problems.push_back(Contradiction(domain, speakers.front().service, contradicts->service));
}

}  // namespace

DomainWords WordsOf(const std::string& domain, std::vector<DomainSpeaker> speakers) {
  DomainWords words;
  words.first.domain = domain;
  if (speakers.empty()) return words;
  std::sort(speakers.begin(), speakers.end(), HeardBefore);
  const auto gone = std::find_if(speakers.begin(), speakers.end(), IsGone);
  if (gone != speakers.begin()) speakers.erase(gone, speakers.end());
  const DomainSpeaker& first = speakers.front();
  words.first = {first.standing, first.multiports, first.service, domain};
  MergeClients(domain, speakers, words);
  MergeOthers(domain, speakers, words);
  return words;
}

}  // namespace fairlead
