#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// The name of the certificate that nginx-proxy's rules choose for a host; empty: the host has no
// HTTPS. Pure. In this order:
//   - `cert_name` (CERT_NAME), if it is not empty: that one or none,
//   - the host's own name; of a regular expression ("~...") its SHA-1 in hexadecimal digits,
//   - its parent domain's, one level up ("shop.example" for "a.shop.example" and "*.shop.example"),
//   - "default", if `trust_default`.
// `has`: whether there is a certificate of a name. `host` is lower case; `cert_name` is as it was
// written, and case does not matter.
std::string ChooseCertificate(absl::FunctionRef<bool(absl::string_view)> has,
                              absl::string_view host, absl::string_view cert_name,
                              bool trust_default);

// The certificate for hosts that have none of their own.
inline constexpr char kDefaultCertificate[] = "default";

}  // namespace fairlead
