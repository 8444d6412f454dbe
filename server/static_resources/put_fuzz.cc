// Whatever people put: it is refused with a reason, or it is put and can be listed and deleted. A
// PutResourcesRequest in Protobuf's text format.
//   test/fuzz server/static_resources:put_fuzz
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/static_resources/put.h"
#include "server/static_resources/static_resources.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Says nothing on standard error.
class Silent : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

void PutAndDelete(const StaticPut& put) {
  StaticResources resources;
  Require(!put.entries.empty());
  Require(resources.Put(put).ok());
  Require(resources.All(put.scope).size() == put.entries.size());
  for (const StaticEntry& entry : put.entries) {
    Require(!entry.resource->name().empty());
    StaticDelete one;
    one.scope = put.scope;
    one.type = entry.resource->type();
    one.names = {entry.resource->name()};
    Require(resources.Delete(one).ok());
  }
  Require(resources.All().empty() && resources.Referrers().empty());
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fairlead;
  google::protobuf::TextFormat::Parser parser;
  Silent silent;
  parser.RecordErrorsTo(&silent);
  v1::PutResourcesRequest request;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!parser.ParseFromString(text, &request)) return 0;
  const absl::StatusOr<StaticPut> put = CheckedPut(request);
  if (put.ok()) {
    PutAndDelete(*put);
  } else {
    Require(!put.status().message().empty());
  }
  return 0;
}
