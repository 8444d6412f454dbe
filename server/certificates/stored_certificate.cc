#include "server/certificates/stored_certificate.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

CertificateFile FileOf(const std::string& content) {
  CertificateFile file;
  if (content.empty()) return file;
  if (content.size() > kLargestCertificateFile) {
    file.state = CertificateFile::State::kUnreadable;
    file.error = absl::StrCat("it has more than ", kLargestCertificateFile, " bytes");
    return file;
  }
  file.state = CertificateFile::State::kRead;
  file.content = content;
  return file;
}

}  // namespace

v1::StoredCertificate RecordOf(const v1::PutCertificateRequest& request) {
  v1::StoredCertificate record;
  record.set_name(request.name());
  record.set_certificate(request.certificate());
  record.set_private_key(request.private_key());
  record.set_client_authorities(request.client_authorities());
  record.set_client_revocations(request.client_revocations());
  return record;
}

absl::StatusOr<std::shared_ptr<const Certificate>> CertificateOf(
    const v1::StoredCertificate& record) {
  if (!IsCertificateName(record.name())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the name of a certificate is a host's or a domain's, or another word that CERT_NAME "
        "gives: 1 to ",
        kLongestCertificateName, " printable characters in lower case, without '/' and blanks"));
  }
  CertificateFiles files;
  files.base = record.name();
  files.certificate = FileOf(record.certificate());
  files.key = FileOf(record.private_key());
  files.authorities = FileOf(record.client_authorities());
  files.revocations = FileOf(record.client_revocations());
  ParsedCertificate parsed = ParseCertificate(record.name(), files);
  if (parsed.problem.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        parsed.problem->place.word, ": ", parsed.problem->what, "; ", parsed.problem->cure));
  }
  if (files.authorities.is_absent() && !files.revocations.is_absent()) {
    return absl::InvalidArgumentError(
        "there are revoked certificates of clients, and no authorities of them; give both");
  }
  return parsed.certificate;
}

}  // namespace fairlead
