#include "server/certificates/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/file.h"
#include "test/support/certificates.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Content(const std::string& path) { return ReadFile(path, 1 << 20).value(); }

CertificateFile FileWith(std::string content) {
  return {CertificateFile::State::kRead, std::move(content), ""};
}

CertificateFiles FilesOf(const TestAuthority::Files& files) {
  CertificateFiles all;
  all.base = "/certs/shop.example";
  all.certificate = FileWith(Content(files.certificate));
  all.key = FileWith(Content(files.key));
  return all;
}

const TestAuthority& Authority() {
  static const TestAuthority authority("authority");
  return authority;
}

CertificateFiles Good() {
  return FilesOf(Authority().Issue("good", "DNS:Shop.example,DNS:*.shop.example,IP:192.0.2.1"));
}

int CountOf(absl::string_view text, absl::string_view part) {
  int count = 0;
  for (size_t at = text.find(part); at != absl::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(ParseCertificate, AGoodPair) {
  const ParsedCertificate parsed = ParseCertificate("shop.example", Good());
  ASSERT_NE(parsed.certificate, nullptr);
  EXPECT_FALSE(parsed.problem.has_value());
  EXPECT_EQ(parsed.certificate->name, "shop.example");
  EXPECT_THAT(parsed.certificate->dns_names, ElementsAre("shop.example", "*.shop.example"));
  EXPECT_EQ(parsed.certificate->not_after - parsed.certificate->not_before, absl::Hours(48));
  EXPECT_EQ(CountOf(parsed.certificate->chain, "BEGIN CERTIFICATE"), 1);
  EXPECT_THAT(parsed.certificate->key, HasSubstr("BEGIN PRIVATE KEY"));
  EXPECT_FALSE(parsed.certificate->clients.has_value());
}

TEST(ParseCertificate, WithoutAlternativeNamesTheCommonNameCounts) {
  const auto files = FilesOf(Authority().Issue("old.example", ""));
  EXPECT_THAT(ParseCertificate("old.example", files).certificate->dns_names,
              ElementsAre("old.example"));
}

TEST(ParseCertificate, TextAroundThePemIsNotServed) {
  CertificateFiles files = Good();
  files.certificate.content = absl::StrCat("Bag Attributes\n", files.certificate.content, "end\n");
  files.key.content = absl::StrCat("notes\n", files.key.content);
  const ParsedCertificate parsed = ParseCertificate("shop.example", files);
  ASSERT_NE(parsed.certificate, nullptr);
  EXPECT_EQ(parsed.certificate->chain.find("-----BEGIN"), 0u);
  EXPECT_EQ(parsed.certificate->key.find("-----BEGIN"), 0u);
}

TEST(ParseCertificate, TheChainFileCompletesACertificateWithoutItsRoot) {
  CertificateFiles files = Good();
  // The root alone leads nowhere that the client has not.
  files.chain = FileWith(Content(Authority().certificate_file()));
  const ParsedCertificate parsed = ParseCertificate("shop.example", files);
  ASSERT_NE(parsed.certificate, nullptr);
  EXPECT_EQ(CountOf(parsed.certificate->chain, "BEGIN CERTIFICATE"), 1);
}

struct BadCase {
  const char* name;
  void (*spoil)(CertificateFiles& files);
  const char* place;
  const char* what;
};

const BadCase kBadCases[] = {
    {"NoKey", [](CertificateFiles& f) { f.key = {}; }, "/certs/shop.example.key",
     "there is no such file with the private key"},
    {"NoCertificate", [](CertificateFiles& f) { f.certificate = {}; }, "/certs/shop.example.crt",
     "there is no such file with the certificate"},
    {"KeyUnreadable",
     [](CertificateFiles& f) {
       f.key = {CertificateFile::State::kUnreadable, "", "Permission denied"};
     },
     "/certs/shop.example.key", "it cannot be read: Permission denied"},
    {"EmptyCertificate", [](CertificateFiles& f) { f.certificate.content.clear(); },
     "/certs/shop.example.crt", "it holds no certificates in PEM"},
    {"CutCertificate",
     [](CertificateFiles& f) { f.certificate.content.resize(f.certificate.content.size() / 2); },
     "/certs/shop.example.crt", "number 1 of its certificates does not parse"},
    {"GarbageInCertificate", [](CertificateFiles& f) { f.certificate.content[60] = '!'; },
     "/certs/shop.example.crt", "number 1 of its certificates does not parse"},
    {"DerInsteadOfPem",
     [](CertificateFiles& f) { f.certificate.content = std::string("\x30\x82\x01\x00\x00", 5); },
     "/certs/shop.example.crt", "it holds no certificates in PEM"},
    {"KeyInsteadOfCertificate", [](CertificateFiles& f) { f.certificate = f.key; },
     "/certs/shop.example.crt", "it holds no certificates in PEM"},
    {"CertificateInsteadOfKey", [](CertificateFiles& f) { f.key = f.certificate; },
     "/certs/shop.example.key", "it holds no private key in PEM"},
    {"CutKey", [](CertificateFiles& f) { f.key.content.resize(f.key.content.size() / 2); },
     "/certs/shop.example.key", "its private key does not parse"},
    {"KeyWithPassword",
     [](CertificateFiles& f) {
       f.key.content =
           "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
     },
     "/certs/shop.example.key", "the private key in it has a password"},
    {"AnothersKey",
     [](CertificateFiles& f) { f.key = FilesOf(Authority().Issue("other", "DNS:b.example")).key; },
     "/certs/shop.example.key",
     "the private key is not the one of the certificate in /certs/shop.example.crt"},
    {"ShortRsaKey",
     [](CertificateFiles& f) {
       f = FilesOf(Authority().Issue("rsa", "DNS:b.example", {.key = "RSA-1024"}));
     },
     "/certs/shop.example.key", "its RSA key has 1024 bits, and proxies take no less than 2048"},
    {"KeyOfAnotherKind",
     [](CertificateFiles& f) {
       f = FilesOf(Authority().Issue("ed", "DNS:b.example", {.key = "ED25519"}));
     },
     "/certs/shop.example.key", "its key is neither RSA nor ECDSA, and proxies take no other"},
    {"CurveThatProxiesRefuse",
     [](CertificateFiles& f) {
       f = FilesOf(Authority().Issue("k1", "DNS:b.example", {.key = "secp256k1"}));
     },
     "/certs/shop.example.key", "its key is on the curve 'secp256k1'"},
    {"CurveThatIsSpeltOut",
     [](CertificateFiles& f) {
       f = FilesOf(Authority().Issue("spelt", "DNS:b.example", {.key = "P-256 spelt out"}));
     },
     "/certs/shop.example.key", "its key has the parameters of its curve in it"},
    {"LargeExponent",
     [](CertificateFiles& f) {
       f = FilesOf(Authority().Issue("e34", "DNS:b.example", {.key = "RSA-2048-E34"}));
     },
     "/certs/shop.example.key", "its RSA key's public exponent has 34 bits"},
    {"MustStaple",
     [](CertificateFiles& f) {
       f = FilesOf(Authority().Issue("staple", "DNS:b.example", {.must_staple = true}));
     },
     "/certs/shop.example.crt", "without an OCSP response (must-staple)"},
    {"TooLongAChain",
     [](CertificateFiles& f) {
       const std::string one = f.certificate.content;
       for (size_t i = 0; i < kLongestChain; ++i) f.certificate.content += one;
     },
     "/certs/shop.example.crt", "it holds more than 16 certificates"},
    {"BadChainFile", [](CertificateFiles& f) { f.chain = FileWith("no PEM"); },
     "/certs/shop.example.chain.pem", "it holds no certificates in PEM"},
};

TEST(ParseCertificate, WhatIsWrongIsSaidAtTheFileAndWithoutTheKey) {
  for (const BadCase& bad : kBadCases) {
    SCOPED_TRACE(bad.name);
    CertificateFiles files = Good();
    bad.spoil(files);
    const ParsedCertificate parsed = ParseCertificate("shop.example", files);
    EXPECT_EQ(parsed.certificate, nullptr);
    ASSERT_TRUE(parsed.problem.has_value());
    EXPECT_EQ(parsed.problem->place.word, bad.place);
    EXPECT_THAT(parsed.problem->what, HasSubstr(bad.what));
    EXPECT_FALSE(parsed.problem->cure.empty());
    EXPECT_FALSE(absl::StrContains(parsed.problem->what, "BEGIN"));
  }
}

TEST(ParseCertificate, KeysThatProxiesTake) {
  for (const char* const key : {"P-256", "P-384", "P-521", "RSA-2048", "RSA-2048-E33"}) {
    SCOPED_TRACE(key);
    const auto files = FilesOf(Authority().Issue("k", "DNS:b.example", {.key = key}));
    EXPECT_NE(ParseCertificate("b.example", files).certificate, nullptr);
  }
}

TEST(ParseCertificate, AuthoritiesOfClientsAndWhatTheyRevoked) {
  CertificateFiles files = Good();
  files.authorities = FileWith(Content(Authority().certificate_file()));
  files.revocations =
      FileWith(Authority().RevocationOf(Authority().Issue("client", "DNS:client.example")));
  const ParsedCertificate parsed = ParseCertificate("shop.example", files);
  ASSERT_NE(parsed.certificate, nullptr);
  EXPECT_FALSE(parsed.problem.has_value());
  ASSERT_TRUE(parsed.certificate->clients.has_value());
  EXPECT_THAT(parsed.certificate->clients->authorities, HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(parsed.certificate->clients->revocations, HasSubstr("BEGIN X509 CRL"));
}

TEST(ParseCertificate, RevocationsOfAnotherAuthorityLetNobodyInAndAreAProblem) {
  const TestAuthority other("other");
  const std::string others = other.RevocationOf(other.Issue("client", "DNS:client.example"));
  CertificateFiles files = Good();
  files.authorities = FileWith(Content(Authority().certificate_file()));
  files.revocations = FileWith(others);
  const ParsedCertificate parsed = ParseCertificate("shop.example", files);
  ASSERT_TRUE(parsed.problem.has_value());
  EXPECT_EQ(parsed.problem->place.word, "/certs/shop.example.crl.pem");
  EXPECT_EQ(parsed.certificate->clients->authorities, "");
  // Clients of one of them can come in.
  files.authorities.content += Content(other.certificate_file());
  EXPECT_FALSE(ParseCertificate("shop.example", files).problem.has_value());
}

TEST(ParseCertificate, BadAuthoritiesOrRevocationsLetNobodyIn) {
  for (const bool revocations : {false, true}) {
    CertificateFiles files = Good();
    files.authorities = FileWith(Content(Authority().certificate_file()));
    (revocations ? files.revocations : files.authorities) = FileWith("no PEM");
    const ParsedCertificate parsed = ParseCertificate("shop.example", files);
    ASSERT_NE(parsed.certificate, nullptr);
    ASSERT_TRUE(parsed.problem.has_value());
    EXPECT_EQ(parsed.problem->place.word,
              revocations ? "/certs/shop.example.crl.pem" : "/certs/shop.example.ca.crt");
    ASSERT_TRUE(parsed.certificate->clients.has_value());
    EXPECT_EQ(parsed.certificate->clients->authorities, "");
  }
}

TEST(ProblemOfDates, SoonExpiredAndNotYet) {
  const auto files = FilesOf(
      Authority().Issue("d", "DNS:b.example", {.valid_from_days = 0, .valid_until_days = 100}));
  const auto certificate = ParseCertificate("b.example", files).certificate;
  ASSERT_NE(certificate, nullptr);
  const absl::Time from = certificate->not_before;
  const absl::Time until = certificate->not_after;
  struct {
    absl::Time now;
    const char* what;
    bool within;
    absl::Time next;
  } const cases[] = {
      {from - absl::Seconds(1), "is not valid before", false, from},
      {from, "", true, until - absl::Hours(240)},
      {until - absl::Hours(241), "", true, until - absl::Hours(240)},
      {until - absl::Hours(240), "expires soon", true, until},
      {until, "expired at", false, absl::InfiniteFuture()},
  };
  for (const auto& of : cases) {
    SCOPED_TRACE(absl::FormatTime(of.now));
    const auto problem = ProblemOfDates(*certificate, of.now);
    EXPECT_EQ(problem.has_value(), *of.what != '\0');
    EXPECT_THAT(problem.has_value() ? problem->what : "", HasSubstr(of.what));
    EXPECT_EQ(IsWithinDates(*certificate, of.now), of.within);
    EXPECT_EQ(NextChangeOfDates(*certificate, of.now), of.next);
  }
}

TEST(IsCertificateName, NamesOfFiles) {
  for (const char* const good : {"shop.example", "*.shop.example", "default", "a_b-c", "~x"}) {
    EXPECT_TRUE(IsCertificateName(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string(".hidden"), std::string("a/b"), std::string("a b"),
        std::string("Shop"), std::string("a\nb"), std::string("\xc3\xa4"), std::string(254, 'a')}) {
    EXPECT_FALSE(IsCertificateName(bad)) << bad;
  }
}

}  // namespace
}  // namespace fairlead
