#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cli/flags.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// What `fairlead certificates put` and `delete` are told.
struct CertificateArguments {
  std::string name;
  std::string certificate_file;
  std::string key_file;
  std::string client_authorities_file;  // empty: none
  std::string client_revocations_file;  // empty: none
};

// Adds --cert, --key, --client-ca and --client-crl. The variables of these flags begin with
// FAIRLEAD_CERTIFICATES_.
void AddCertificateFlags(Flags& flags, CertificateArguments* arguments);

// INVALID_ARGUMENT says what is missing.
absl::Status CheckCertificateName(const CertificateArguments& arguments);
absl::Status CheckCertificatePut(const CertificateArguments& arguments);

// With the contents of the files, each 1 MiB at most. The error says which file and why.
absl::StatusOr<v1::PutCertificateRequest> ReadCertificatePut(const CertificateArguments& arguments);

}  // namespace fairlead
