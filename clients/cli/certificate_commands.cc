#include "clients/cli/certificate_commands.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/file.h"

namespace fairlead {
namespace {

constexpr size_t kLargestPem = 1 << 20;

}  // namespace

void AddCertificateFlags(Flags& flags, CertificateArguments* arguments) {
  flags.VariablePrefix("CERTIFICATES_");
  flags.Add("--cert", "FILE",
            "The certificate, followed by those that lead from it to an authority. Required.",
            &arguments->certificate_file);
  flags.Add("--key", "FILE", "Its private key, without a password. Required.",
            &arguments->key_file);
  flags.Add("--client-ca", "FILE",
            "The authorities whose certificates clients have to show; without, clients are asked "
            "for none.",
            &arguments->client_authorities_file);
  flags.Add("--client-crl", "FILE", "The certificates that those authorities revoked.",
            &arguments->client_revocations_file);
}

absl::Status CheckCertificateName(const CertificateArguments& arguments) {
  if (!arguments.name.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the certificate's name is missing; write a host or a domain, as in shop.example");
}

absl::Status CheckCertificatePut(const CertificateArguments& arguments) {
  const absl::Status name = CheckCertificateName(arguments);
  if (!name.ok()) return name;
  for (const auto& [flag, file] : {std::pair("--cert", &arguments.certificate_file),
                                   std::pair("--key", &arguments.key_file)}) {
    if (file->empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, " is missing; write ", flag, " FILE, a file in PEM"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::PutCertificateRequest> ReadCertificatePut(
    const CertificateArguments& arguments) {
  v1::PutCertificateRequest request;
  request.set_name(arguments.name);
  const std::pair<const std::string*, std::string*> files[] = {
      {&arguments.certificate_file, request.mutable_certificate()},
      {&arguments.key_file, request.mutable_private_key()},
      {&arguments.client_authorities_file, request.mutable_client_authorities()},
      {&arguments.client_revocations_file, request.mutable_client_revocations()},
  };
  for (const auto& [file, content] : files) {
    if (file->empty()) continue;
    absl::StatusOr<std::string> read = ReadFile(*file, kLargestPem);
    // NOT_FOUND is a file's here, not that of something asked for.
    if (!read.ok()) return absl::FailedPreconditionError(read.status().message());
    *content = *std::move(read);
  }
  return request;
}

}  // namespace fairlead
