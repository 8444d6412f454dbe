#pragma once

#include <array>

#include "absl/strings/string_view.h"

namespace fairlead {

// The names that SSL_POLICY takes: nginx-proxy's, with their case. What each stands for is the
// business of server/resources/tls_policy.h, which has one policy for each of them.
inline constexpr std::array<absl::string_view, 22> kTlsPolicyNames = {
    "Mozilla-Modern",
    "Mozilla-Intermediate",
    "Mozilla-Old",
    "AWS-TLS13-1-3-2021-06",
    "AWS-TLS13-1-2-2021-06",
    "AWS-TLS13-1-2-Res-2021-06",
    "AWS-TLS13-1-2-Ext1-2021-06",
    "AWS-TLS13-1-2-Ext2-2021-06",
    "AWS-TLS13-1-1-2021-06",
    "AWS-TLS13-1-0-2021-06",
    "AWS-FS-1-2-Res-2020-10",
    "AWS-FS-1-2-Res-2019-08",
    "AWS-FS-1-2-2019-08",
    "AWS-FS-1-1-2019-08",
    "AWS-FS-2018-06",
    "AWS-TLS-1-2-Ext-2018-06",
    "AWS-TLS-1-2-2017-01",
    "AWS-TLS-1-1-2017-01",
    "AWS-2016-08",
    "AWS-2015-05",
    "AWS-2015-03",
    "AWS-2015-02",
};

}  // namespace fairlead
