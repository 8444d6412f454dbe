#include "server/resources/tls_policy.h"

#include <algorithm>
#include <initializer_list>

namespace fairlead {
namespace {

using envoy::extensions::transport_sockets::tls::v3::TlsParameters;

using Ciphers = std::vector<std::string>;

// Forward secrecy and AEAD.
const Ciphers& EcdheGcm() {
  static const auto* const ciphers = new Ciphers{
      "ECDHE-ECDSA-AES128-GCM-SHA256",
      "ECDHE-RSA-AES128-GCM-SHA256",
      "ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-RSA-AES256-GCM-SHA384",
  };
  return *ciphers;
}

Ciphers Joined(std::initializer_list<Ciphers> parts) {
  Ciphers all;
  for (const Ciphers& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<TlsPolicy> MakePolicies() {
  const Ciphers chacha = {"ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"};
  const Ciphers ecdhe_sha2 = {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256"};
  const Ciphers ecdhe_sha1 = {"ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA",
                              "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES256-SHA"};
  const Ciphers rsa_gcm = {"AES128-GCM-SHA256", "AES256-GCM-SHA384"};
  const Ciphers rsa_sha1 = {"AES128-SHA", "AES256-SHA"};
  const Ciphers triple_des = {"DES-CBC3-SHA"};

  const Ciphers aws_restricted = EcdheGcm();
  const Ciphers aws_forward_sha2 = Joined({EcdheGcm(), ecdhe_sha2});
  const Ciphers aws_forward = Joined({EcdheGcm(), ecdhe_sha2, ecdhe_sha1});
  const Ciphers aws_sha2 = Joined({EcdheGcm(), ecdhe_sha2, rsa_gcm});
  const Ciphers aws_all = Joined({EcdheGcm(), ecdhe_sha2, ecdhe_sha1, rsa_gcm, rsa_sha1});

  constexpr auto k10 = TlsParameters::TLSv1_0;
  constexpr auto k11 = TlsParameters::TLSv1_1;
  constexpr auto k12 = TlsParameters::TLSv1_2;
  constexpr auto k13 = TlsParameters::TLSv1_3;
  return {
      {"Mozilla-Modern", k13, {}},
      {kDefaultTlsPolicy, k12, Joined({EcdheGcm(), chacha})},
      {"Mozilla-Old", k10,
       Joined({EcdheGcm(), chacha, ecdhe_sha2, ecdhe_sha1, rsa_gcm, rsa_sha1, triple_des})},
      {"AWS-TLS13-1-3-2021-06", k13, {}},
      {"AWS-TLS13-1-2-2021-06", k12, aws_forward_sha2},
      {"AWS-TLS13-1-2-Res-2021-06", k12, aws_restricted},
      {"AWS-TLS13-1-2-Ext1-2021-06", k12, aws_sha2},
      {"AWS-TLS13-1-2-Ext2-2021-06", k12, aws_all},
      {"AWS-TLS13-1-1-2021-06", k11, aws_all},
      {"AWS-TLS13-1-0-2021-06", k10, aws_all},
      {"AWS-FS-1-2-Res-2020-10", k12, aws_restricted},
      {"AWS-FS-1-2-Res-2019-08", k12, aws_forward_sha2},
      {"AWS-FS-1-2-2019-08", k12, aws_forward},
      {"AWS-FS-1-1-2019-08", k11, aws_forward},
      {"AWS-FS-2018-06", k10, aws_forward},
      {"AWS-TLS-1-2-Ext-2018-06", k12, aws_all},
      {"AWS-TLS-1-2-2017-01", k12, aws_sha2},
      {"AWS-TLS-1-1-2017-01", k11, aws_all},
      {"AWS-2016-08", k10, aws_all},
      {"AWS-2015-05", k10, Joined({aws_all, triple_des})},
      {"AWS-2015-03", k10, Joined({aws_all, triple_des})},
      {"AWS-2015-02", k10, aws_all},
  };
}

}  // namespace

const std::vector<TlsPolicy>& TlsPolicies() {
  static const auto* const policies = new std::vector<TlsPolicy>(MakePolicies());
  return *policies;
}

const TlsPolicy* FindTlsPolicy(absl::string_view name) {
  const std::vector<TlsPolicy>& all = TlsPolicies();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const TlsPolicy& policy) { return policy.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace fairlead
