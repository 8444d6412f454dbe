#include "server/resources/local_reply.h"

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
#include "envoy/config/accesslog/v3/accesslog.pb.h"

namespace fairlead {
namespace {

using envoy::config::accesslog::v3::AccessLogFilter;
using envoy::config::accesslog::v3::ComparisonFilter;
using envoy::extensions::filters::network::http_connection_manager::v3::LocalReplyConfig;
using envoy::extensions::filters::network::http_connection_manager::v3::ResponseMapper;

// Seconds. A container that is replaced is back within a few.
constexpr char kRetryAfter[] = "5";
// Envoy's flags. There is nobody to ask: no healthy host, no cluster.
constexpr std::initializer_list<const char*> kNobodyThere = {"UH", "NC"};
// No host could be connected to, in as many tries as there are (which URX then says as well).
constexpr std::initializer_list<const char*> kNobodyReached = {"UF"};
// A host ended the connection or the stream before it answered, and that was the last try.
constexpr std::initializer_list<const char*> kBroken = {"UC", "UR"};
// Where that is 503 as well.
constexpr std::initializer_list<const char*> kNobodyThereOrReached = {"UH", "NC", "UF"};
// Those of nginx-proxy's error_page.
constexpr uint32_t kErrors[] = {500, 502, 503, 504};

void SetNotGrpc(AccessLogFilter& filter) {
  auto& header = *filter.mutable_header_filter()->mutable_header();
  header.set_name("content-type");
  header.mutable_string_match()->set_prefix("application/grpc");
  header.set_invert_match(true);
  header.set_treat_missing_header_as_empty(true);
}

void SetStatusIsError(AccessLogFilter& filter) {
  for (const uint32_t status : kErrors) {
    auto& comparison = *filter.mutable_or_filter()
                            ->add_filters()
                            ->mutable_status_code_filter()
                            ->mutable_comparison();
    comparison.set_op(ComparisonFilter::EQ);
    comparison.mutable_value()->set_default_value(status);
    // Envoy demands the name of a runtime value that may be put in its place; nobody sets one.
    comparison.mutable_value()->set_runtime_key("fairlead.error_page");
  }
}

void SetFlags(std::initializer_list<const char*> flags, ResponseMapper& mapper) {
  auto& filter = *mapper.mutable_filter()->mutable_and_filter();
  SetNotGrpc(*filter.add_filters());
  auto& flag_filter = *filter.add_filters()->mutable_response_flag_filter();
  for (const char* flag : flags) flag_filter.add_flags(flag);
}

std::string PlainPage(const char* status) {
  return absl::StrCat("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>",
                      status, "</title></head>\n<body>\n<h1>", status,
                      "</h1>\n<p>Nothing can answer here at the moment. Please try again in a few "
                      "seconds.</p>\n</body>\n</html>\n");
}

void SetPage(const std::string& page, ResponseMapper& mapper) {
  mapper.mutable_body()->set_inline_bytes(page);
  auto& format = *mapper.mutable_body_format_override();
  format.mutable_text_format_source()->set_inline_string("%LOCAL_REPLY_BODY%");
  format.set_content_type("text/html");
}

// `status`: what the plain page says, where there is no other.
ResponseMapper& AddUnavailable(const Pages& pages, const char* status,
                               std::initializer_list<const char*> flags, LocalReplyConfig& config) {
  ResponseMapper& mapper = *config.add_mappers();
  SetFlags(flags, mapper);
  SetPage(!pages.unavailable.empty() ? pages.unavailable
          : !pages.error.empty()     ? pages.error
                                     : PlainPage(status),
          mapper);
  auto& retry_after = *mapper.add_headers_to_add()->mutable_header();
  retry_after.set_key("Retry-After");
  retry_after.set_value(kRetryAfter);
  return mapper;
}

}  // namespace

LocalReplyConfig LocalReplyOf(const Pages& pages) {
  LocalReplyConfig config;
  // The first that fits is taken.
  AddUnavailable(pages, "503 Service Unavailable",
                 pages.unreachable_is_502 ? kNobodyThere : kNobodyThereOrReached, config);
  if (pages.unreachable_is_502) {
    AddUnavailable(pages, "502 Bad Gateway", kNobodyReached, config)
        .mutable_status_code()
        ->set_value(502);
    ResponseMapper& broken = *config.add_mappers();
    SetFlags(kBroken, broken);
    broken.mutable_status_code()->set_value(502);
    if (!pages.error.empty()) SetPage(pages.error, broken);
  }

  if (pages.error.empty()) return config;
  auto& error = *config.add_mappers();
  auto& error_if = *error.mutable_filter()->mutable_and_filter();
  SetNotGrpc(*error_if.add_filters());
  SetStatusIsError(*error_if.add_filters());
  SetPage(pages.error, error);
  return config;
}

}  // namespace fairlead
