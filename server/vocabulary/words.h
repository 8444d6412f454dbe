#pragma once

#include <array>

#include "absl/strings/string_view.h"

namespace fairlead {

// The environment variables of the routing vocabulary: nginx-proxy's, with nginx-proxy's meaning.
// Variables hold passwords, so these are the only ones that an agent reads out of a container's
// environment and that ever leave a host. Labels are no secret: all of them are reported.
inline constexpr std::array<absl::string_view, 18> kEnvironmentNames = {
    "VIRTUAL_HOST",
    "VIRTUAL_PORT",
    "VIRTUAL_PATH",
    "VIRTUAL_DEST",
    "VIRTUAL_PROTO",
    "VIRTUAL_ROOT",
    "VIRTUAL_HOST_MULTIPORTS",
    "EXTERNAL_HTTP_PORT",
    "EXTERNAL_HTTPS_PORT",
    "NETWORK_ACCESS",
    "CERT_NAME",
    "HTTPS_METHOD",
    "NON_GET_REDIRECT",
    "HSTS",
    "SSL_POLICY",
    "SERVER_TOKENS",
    "ENABLE_HTTP_ON_MISSING_CERT",
    "ACME_HTTP_CHALLENGE_LOCATION",
};

// The variables and labels that publish a container: without one, the others mean nothing.
inline constexpr std::array<absl::string_view, 2> kPublishingVariables = {
    "VIRTUAL_HOST", "VIRTUAL_HOST_MULTIPORTS"};
inline constexpr std::array<absl::string_view, 2> kPublishingLabels = {"fairlead.host",
                                                                       "fairlead.multiports"};

}  // namespace fairlead
