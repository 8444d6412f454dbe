#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// A certificate authority for one test. Its files lie in a directory of its own below the test's
// temporary directory.
class TestAuthority {
 public:
  struct Files {
    std::string certificate;
    std::string key;
  };

  // What is unusual about a certificate.
  struct Unusual {
    int valid_from_days = -1;  // from now
    int valid_until_days = 1;
    // A curve, "P-256 spelt out" (with its parameters), "ED25519", "RSA-1024" and other lengths, or
    // "RSA-2048-E34" (with a public exponent of so many bits).
    std::string key = "P-256";
    bool must_staple = false;
  };

  explicit TestAuthority(absl::string_view name);

  // Its own certificate, in PEM.
  std::string certificate_file() const;

  // A key and a certificate for it. `alternative_names` is as in OpenSSL's configuration:
  // "DNS:localhost,IP:127.0.0.1,URI:spiffe://example/agent/h1".
  Files Issue(absl::string_view name, absl::string_view alternative_names) const {
    return Issue(name, alternative_names, {});
  }
  // No alternative names: none.
  Files Issue(absl::string_view name, absl::string_view alternative_names,
              const Unusual& unusual) const;

  // Its list of revoked certificates, in PEM, with that one alone.
  std::string RevocationOf(const Files& files) const;

 private:
  const std::string directory_;
  const std::string name_;
};

}  // namespace fairlead
