#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "server/resources/admission.h"
#include "server/resources/cluster.h"
#include "server/resources/secret.h"

namespace fairlead {

// What admissions are made on in tests: the real gate, and what was let through before.
class AdmissionGround {
 public:
  void HasCluster(const std::string& pool) {
    Admit({Type::kCluster, pool}, ClusterOf(pool, Upstream()));
  }
  void HasCertificate(const std::string& certificate) {
    Certificate of;
    of.name = certificate;
    Admit({Type::kSecret, CertificateSecretName(certificate)}, CertificateSecretOf(of));
  }
  void HasAuthorities(const std::string& secret) {
    Admit({Type::kSecret, secret}, AuthoritiesSecretOf(secret, ClientAuthorities()));
  }

  // What `act` returns, which is called with an Admission.
  template <typename Act>
  auto With(const Act& act) {
    const auto passwords_of = [this](const VirtualHost&) { return passwords; };
    const auto origin_of = [](const VirtualHost&, const envoy::config::route::v3::VirtualHost&,
                              absl::string_view field) {
      Place place;
      place.word = std::string(field);
      return place;
    };
    Admission admission({gate, passwords_of, origin_of, unsettled, problems});
    return act(admission);
  }

  ValidityGate gate;
  HostPasswords passwords;
  absl::btree_set<std::string> unsettled;
  std::vector<ProblemsOf> problems;

 private:
  void Admit(const ValidityGate::Slot& slot, const google::protobuf::Message& message) {
    With([&](Admission& admission) { return admission.Admit(slot, message); });
  }
};

}  // namespace fairlead
