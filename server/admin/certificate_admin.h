#pragma once

#include "absl/status/status.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// Certificates: what the admin service steers and shows of them. Thread-safe; as Inspection, a call
// may block for milliseconds. The statuses are those that admin.proto says, with words for people.
class CertificateAdmin {
 public:
  virtual ~CertificateAdmin() = default;

  virtual absl::Status PutCertificate(const v1::PutCertificateRequest& request,
                                      v1::PutCertificateResponse& response) = 0;
  virtual absl::Status DeleteCertificate(const v1::DeleteCertificateRequest& request,
                                         v1::DeleteCertificateResponse& response) = 0;
  virtual void ListCertificates(v1::ListCertificatesResponse& response) = 0;
};

}  // namespace fairlead
