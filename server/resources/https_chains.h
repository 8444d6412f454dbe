#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "server/resources/domain_tls.h"

namespace fairlead {

// Connections of clients that ask for one of `server_names` (SNI), and how they are served.
struct HttpsChain {
  // Sorted; none: the chain of whoever asks for no other name, or for none at all.
  std::vector<std::string> server_names;
  std::string certificate;
  const TlsPolicy* policy = nullptr;
  TlsSettings::ClientCertificates clients = TlsSettings::ClientCertificates::kNone;
  bool http2 = true;

  friend bool operator==(const HttpsChain&, const HttpsChain&) = default;
};

// The chains of one port's domains, those with names first, sorted. Pure. `fallback`: how whoever
// asks for another name is served; without a certificate: not at all.
//
// Proxies end connections when their chain changes, so that a chain's names depend on as few
// domains as can be: domains that are like `fallback` are in its chain without being named, and
// those that have the certificate of their parent and say nothing special are covered by one name,
// "*.PARENT".
//
// `unreachable`: domains that SNI cannot tell ("shop.*", regular expressions) and that are not
// served by the chain without names.
std::vector<HttpsChain> HttpsChainsOf(const absl::btree_map<std::string, DomainTls>& domains,
                                      const DomainTls& fallback,
                                      std::vector<std::string>& unreachable);

// The name of the routes of a chain at a port whose routes are called `base`: those of clients that
// show certificates are apart, so that nobody reaches a host by way of another's connection.
std::string RoutesOfChain(const std::string& base, const std::string& certificate,
                          TlsSettings::ClientCertificates clients);

}  // namespace fairlead
