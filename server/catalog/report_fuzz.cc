// Whatever agents say, and in whatever order: the catalog answers each message, keeps its bounds
// and shows what it knows. Messages in Protobuf's text format with lines of "---" between; a digit
// behind that is the stream of those that follow.
//   test/fuzz server/catalog:report_fuzz
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "server/catalog/catalog.h"

namespace fairlead {
namespace {

// Says nothing on standard error.
class Silent : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

void Check(const Catalog& catalog, const FactChanges& changes) {
  for (const ContainerChange& change : changes.containers) {
    if (catalog.Find(change.host_id, change.container_id) != change.after) std::abort();
  }
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fairlead;
  Catalog catalog;
  Moment now{absl::ZeroDuration(), absl::UnixEpoch()};
  uint64_t session = 1;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (absl::string_view part : absl::StrSplit(text, "\n---")) {
    if (!part.empty() && absl::ascii_isdigit(static_cast<unsigned char>(part[0]))) {
      session = static_cast<uint64_t>(part[0] - '0') + 1;
      part.remove_prefix(1);
    }
    google::protobuf::TextFormat::Parser parser;
    Silent silent;
    parser.RecordErrorsTo(&silent);
    v1::ReportRequest message;
    if (!parser.ParseFromString(std::string(part), &message)) {
      catalog.Disconnect(session);
      continue;
    }
    now.monotonic += absl::Seconds(1);
    now.wall += absl::Seconds(1);
    Check(catalog, catalog.Receive(session, "ipv4:192.0.2.1:1", std::move(message), now).changes);
  }
  now.monotonic += absl::Hours(1);
  Check(catalog, catalog.Tick(now, [](const std::string&) { return true; }));
  v1::ListHostsResponse response;
  catalog.Describe(response);
  return 0;
}
