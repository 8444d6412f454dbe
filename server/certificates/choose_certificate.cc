#include "server/certificates/choose_certificate.h"

#include <openssl/sha.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

namespace fairlead {
namespace {

// How nginx-proxy names the files of a regular expression.
std::string Sha1InHex(absl::string_view text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), sizeof(digest)});
}

}  // namespace

std::string ChooseCertificate(absl::FunctionRef<bool(absl::string_view)> has,
                              absl::string_view host, absl::string_view cert_name,
                              bool trust_default) {
  if (!cert_name.empty()) {
    std::string name = absl::AsciiStrToLower(cert_name);
    return has(name) ? name : "";
  }
  if (absl::StartsWith(host, "~")) {
    std::string name = Sha1InHex(host);
    if (has(name)) return name;
  } else {
    if (has(host)) return std::string(host);
    const size_t dot = host.find('.');
    const absl::string_view parent =
        dot == absl::string_view::npos ? absl::string_view() : host.substr(dot + 1);
    if (!parent.empty() && has(parent)) return std::string(parent);
  }
  return trust_default && has(kDefaultCertificate) ? kDefaultCertificate : "";
}

}  // namespace fairlead
