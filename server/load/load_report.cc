#include "server/load/load_report.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterStats;
using google::protobuf::internal::WireFormatLite;

// Field cluster_stats of envoy.service.load_stats.v3.LoadStatsRequest.
constexpr uint32_t kClusterStats = google::protobuf::internal::WireFormatLite::MakeTag(
    2, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);

absl::Status Malformed() {
  return absl::InvalidArgumentError("a load report is no LoadStatsRequest");
}

}  // namespace

absl::Status ForEachClusterReport(absl::string_view request,
                                  absl::FunctionRef<void(const ClusterStats&)> visit) {
  if (request.size() > kMostReportBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a load report has more than ", kMostReportBytes, " bytes"));
  }
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(request.data()),
                                            static_cast<int>(request.size()));
  while (const uint32_t tag = in.ReadTag()) {
    if (tag != kClusterStats) {
      if (!WireFormatLite::SkipField(&in, tag)) return Malformed();
      continue;
    }
    uint32_t size = 0;
    if (!in.ReadVarint32(&size)) return Malformed();
    if (size > kMostClusterReportBytes) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "a load report has more than ", kMostClusterReportBytes, " bytes of one cluster"));
    }
    std::string bytes;
    ClusterStats stats;
    if (!in.ReadString(&bytes, static_cast<int>(size)) || !stats.ParseFromString(bytes)) {
      return Malformed();
    }
    visit(stats);
  }
  return in.ConsumedEntireMessage() ? absl::OkStatus() : Malformed();
}

}  // namespace fairlead
