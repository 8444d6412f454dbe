#include "server/certificates/stored_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "server/base/file.h"
#include "test/support/certificates.h"

namespace fairlead {
namespace {

using testing::HasSubstr;

const TestAuthority& Authority() {
  static const TestAuthority authority("authority");
  return authority;
}

std::string Content(const std::string& path) { return ReadFile(path, 1 << 20).value(); }

v1::PutCertificateRequest Good() {
  const auto files = Authority().Issue("good", "DNS:shop.example");
  v1::PutCertificateRequest request;
  request.set_name("shop.example");
  request.set_certificate(Content(files.certificate));
  request.set_private_key(Content(files.key));
  request.set_client_authorities(Content(Authority().certificate_file()));
  return request;
}

TEST(StoredCertificate, IsCheckedAsFilesAre) {
  const auto certificate = CertificateOf(RecordOf(Good()));
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ((*certificate)->name, "shop.example");
  EXPECT_TRUE((*certificate)->clients.has_value());
}

struct RefusedCase {
  const char* name;
  void (*spoil)(v1::PutCertificateRequest& request);
  const char* what;
};

const RefusedCase kRefusedCases[] = {
    {"NoName", [](v1::PutCertificateRequest& r) { r.clear_name(); }, "the name of a certificate"},
    {"APathAsName", [](v1::PutCertificateRequest& r) { r.set_name("../a"); },
     "the name of a certificate"},
    {"CapitalsInTheName", [](v1::PutCertificateRequest& r) { r.set_name("Shop.example"); },
     "the name of a certificate"},
    {"NoKey", [](v1::PutCertificateRequest& r) { r.clear_private_key(); },
     "shop.example.key: there is no such file"},
    {"AnothersKey",
     [](v1::PutCertificateRequest& r) {
       r.set_private_key(Content(Authority().Issue("other", "DNS:b.example").key));
     },
     "shop.example.key: the private key is not the one of the certificate"},
    {"TooLarge",
     [](v1::PutCertificateRequest& r) {
       r.set_certificate(std::string(kLargestCertificateFile + 1, 'x'));
     },
     "shop.example.crt: it cannot be read: it has more than 1048576 bytes"},
    {"BadAuthorities", [](v1::PutCertificateRequest& r) { r.set_client_authorities("x"); },
     "shop.example.ca.crt: it holds no certificates in PEM"},
    {"RevocationsWithoutAuthorities",
     [](v1::PutCertificateRequest& r) {
       r.clear_client_authorities();
       r.set_client_revocations("x");
     },
     "no authorities of them"},
};

TEST(StoredCertificate, WhatIsRefusedIsSaidWithoutTheKey) {
  for (const RefusedCase& of : kRefusedCases) {
    SCOPED_TRACE(of.name);
    v1::PutCertificateRequest request = Good();
    const std::string key = request.private_key();
    of.spoil(request);
    const auto certificate = CertificateOf(RecordOf(request));
    EXPECT_EQ(certificate.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(certificate.status().message()), HasSubstr(of.what));
    EXPECT_FALSE(absl::StrContains(certificate.status().message(), key.substr(40, 20)));
  }
}

}  // namespace
}  // namespace fairlead
