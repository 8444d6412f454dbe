#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "fairlead/v1/admin.pb.h"
#include "fairlead/v1/stored.pb.h"
#include "server/certificates/certificate.h"

namespace fairlead {

// A certificate that people put, as it is kept. Nothing is checked.
v1::StoredCertificate RecordOf(const v1::PutCertificateRequest& request);

// The certificate of a record, checked as one of files is. INVALID_ARGUMENT says what is wrong with
// it, where in the request, and what to do; it names no content.
absl::StatusOr<std::shared_ptr<const Certificate>> CertificateOf(
    const v1::StoredCertificate& record);

}  // namespace fairlead
