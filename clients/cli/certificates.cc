#include "absl/strings/str_cat.h"
#include "clients/cli/age.h"
#include "clients/cli/cells.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

Cell ExpiryCell(const v1::Certificate& certificate, absl::Time now) {
  if (now < TimeOf(certificate.not_before())) return {"NOT YET VALID", Tone::kBad};
  const absl::Duration left = TimeOf(certificate.not_after()) - now;
  if (left <= absl::ZeroDuration()) return {"EXPIRED", Tone::kBad};
  return {absl::StrCat("in ", ShortDuration(left)),
          certificate.has_problem() ? Tone::kWarning : Tone::kPlain};
}

}  // namespace

std::string CertificatesText(const v1::ListCertificatesResponse& response, const Look& look) {
  if (response.certificates().empty()) {
    return "No certificates: none are in the server's --certificates-dir (of the drop-in image: "
           "/etc/nginx/certs), if it has one, and none were put ('fairlead certificates put "
           "--help'). What is wrong with files there: 'fairlead problems'.\n";
  }
  Table table({"NAME", "FOR", "EXPIRES", "CLIENTS", "FROM"});
  v1::ListProblemsResponse problems;
  for (const v1::Certificate& certificate : response.certificates()) {
    table.Add({certificate.name(), ListCell(certificate.dns_names(), look.wide),
               ExpiryCell(certificate, look.now), Cell(certificate.asks_clients() ? "ASKED" : "-"),
               Cell(certificate.file().empty() ? "put" : certificate.file())});
    if (certificate.has_problem()) *problems.add_problems() = certificate.problem();
  }
  return absl::StrCat(table.Text(look.colour), ProblemsBelow(problems.problems(), look));
}

std::string CertificatePutText(const v1::PutCertificateResponse& response, const Look& look) {
  return absl::StrCat(
      response.changed() ? "put; it is served from now on\n" : "put; what is served is as before\n",
      ProblemsBelow(response.problems(), look));
}

std::string CertificateDeletedText(const v1::DeleteCertificateResponse& response,
                                   const Look& look) {
  return absl::StrCat("deleted\n", ProblemsBelow(response.problems(), look));
}

}  // namespace fairlead
