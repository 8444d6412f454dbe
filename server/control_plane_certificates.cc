// Certificates that people put, and what is served.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/admin/describe.h"
#include "server/admin/timestamps.h"
#include "server/certificates/stored_certificate.h"
#include "server/control_plane.h"

namespace fairlead {
namespace {

v1::Certificate DescribeCertificate(const Certificates::Listed& listed, bool for_all,
                                    absl::Time now) {
  const Certificate& certificate = *listed.certificate;
  v1::Certificate described;
  described.set_name(certificate.name);
  described.mutable_dns_names()->Assign(certificate.dns_names.begin(), certificate.dns_names.end());
  *described.mutable_not_before() = ToTimestamp(certificate.not_before);
  *described.mutable_not_after() = ToTimestamp(certificate.not_after);
  if (!listed.was_put) described.set_file(absl::StrCat(certificate.base, kCertificateSuffix));
  described.set_asks_clients(certificate.clients.has_value() || for_all);
  described.set_hides_put(listed.hides_put);
  if (listed.problem.has_value()) {
    *described.mutable_problem() = DescribeProblem(*listed.problem, now);
    described.mutable_problem()->clear_since();
  }
  return described;
}

Problem HiddenProblem(const Certificate& served) {
  Problem problem;
  problem.severity = Problem::Severity::kNotice;
  problem.place.word = absl::StrCat(served.base, kCertificateSuffix);
  problem.what = absl::StrCat("the directory has a certificate '", served.name,
                              "' too, and that one is served");
  problem.cure = "remove its files there, or put this one under another name";
  return problem;
}

}  // namespace

absl::Status ControlPlane::PutCertificate(const v1::PutCertificateRequest& request,
                                          v1::PutCertificateResponse& response) {
  const v1::StoredCertificate record = RecordOf(request);
  const auto certificate = CertificateOf(record);
  if (!certificate.ok()) return certificate.status();
  absl::Status status;
  Look([&] {
    const Moment now = Now();
    const absl::StatusOr<bool> changed = pipeline_.PutCertificate(record, *certificate, now);
    status = changed.status();
    if (!status.ok()) return;
    response.set_changed(*changed);
    const std::shared_ptr<const Certificate> served = pipeline_.certificates().Find(record.name());
    if (served->chain != (*certificate)->chain) {
      *response.add_problems() = DescribeProblem(HiddenProblem(*served), now.wall);
    }
    if (const auto dates = ProblemOfDates(**certificate, now.wall)) {
      *response.add_problems() = DescribeProblem(*dates, now.wall);
    }
  });
  if (status.ok()) AwaitStored(*response.mutable_problems());
  return status;
}

absl::Status ControlPlane::DeleteCertificate(const v1::DeleteCertificateRequest& request,
                                             v1::DeleteCertificateResponse& response) {
  absl::Status status;
  Look([&] { status = pipeline_.DeleteCertificate(request.name(), Now()); });
  if (status.ok()) AwaitStored(*response.mutable_problems());
  return status;
}

void ControlPlane::ListCertificates(v1::ListCertificatesResponse& response) {
  Look([&] {
    const bool for_all = pipeline_.certificates().for_all().has_value();
    for (const Certificates::Listed& listed : pipeline_.certificates().All()) {
      *response.add_certificates() = DescribeCertificate(listed, for_all, Now().wall);
    }
  });
}

void ControlPlane::WatchCertificates() {
  if (options_.certificates_dir.empty()) return;
  certificate_watcher_.emplace(
      DirectoryWatcher<CertificateDirectoryReader>::Options{options_.certificates_dir,
                                                            "certificates"},
      [this](CertificateDirectory found) {
        strand_.Post(
            [this, found = std::move(found)] { pipeline_.TakeCertificates(found, Now()); });
      });
  // Told to the pipeline as well, which makes it a problem: the directory may come later.
  certificate_watcher_->Start().IgnoreError();
}

}  // namespace fairlead
