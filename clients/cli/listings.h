#pragma once

#include <string>

#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"
#include "fairlead/v1/compose.pb.h"

namespace fairlead {

// How answers are shown to people.
struct Look {
  bool wide = false;    // every column, nothing cut short
  bool colour = false;  // ANSI escapes; what they say is always said by words too
  absl::Time now;       // what ages are counted from
};

// Answers as tables for people, with what else is to be said below them. Pure; lines end with '\n'.
// Texts of strangers in them cannot do anything to a terminal (see Printable). An empty answer says
// what may be missing.
std::string HostsText(const v1::ListHostsResponse& response, const Look& look);
std::string ServicesText(const v1::ListServicesResponse& response, const Look& look);
std::string EndpointsText(const v1::ListEndpointsResponse& response, const Look& look);
std::string ProxiesText(const v1::ListProxiesResponse& response, const Look& look);
std::string ProblemsText(const v1::ListProblemsResponse& response, const Look& look);
std::string PutText(const v1::PutResourcesResponse& response, const Look& look);
std::string DeletedText(const v1::DeleteResourcesResponse& response, const Look& look);
std::string ResourcesText(const v1::ListResourcesResponse& response, const Look& look);
std::string ProxyConfigText(const v1::GetProxyConfigResponse& response, const Look& look);

std::string CertificatesText(const v1::ListCertificatesResponse& response, const Look& look);
std::string CertificatePutText(const v1::PutCertificateResponse& response, const Look& look);
std::string CertificateDeletedText(const v1::DeleteCertificateResponse& response, const Look& look);

// What `fairlead check` and `fairlead import` say. The latter lists what stays the same if wide.
std::string CheckText(const v1::ComposeCheck& check, const Look& look);
std::string ImportText(const v1::ComposeImport& import, const Look& look);

// What `fairlead explain` says.
std::string ContainerExplainedText(const v1::ContainerExplained& explained, const Look& look);
std::string ExplainText(const v1::ExplainResponse& response, const Look& look);

// What else is to be said below an answer, as `fairlead problems` says it; nothing: empty.
std::string ProblemsBelow(const google::protobuf::RepeatedPtrField<v1::Problem>& problems,
                          const Look& look);

// One line: time (UTC, RFC 3339, milliseconds), kind, name, change.
std::string EventLine(const v1::WatchResponse& event, const Look& look);

}  // namespace fairlead
