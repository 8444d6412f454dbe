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

  explicit TestAuthority(absl::string_view name);

  // Its own certificate, in PEM.
  std::string certificate_file() const;

  // A key and a certificate for it. `alternative_names` is as in OpenSSL's configuration:
  // "DNS:localhost,IP:127.0.0.1,URI:spiffe://example/agent/h1".
  Files Issue(absl::string_view name, absl::string_view alternative_names) const;

 private:
  const std::string directory_;
  const std::string name_;
};

}  // namespace fairlead
