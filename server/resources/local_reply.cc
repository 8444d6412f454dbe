#include "server/resources/local_reply.h"

#include <cstdint>

#include "envoy/config/accesslog/v3/accesslog.pb.h"

namespace fairlead {
namespace {

using envoy::config::accesslog::v3::AccessLogFilter;
using envoy::config::accesslog::v3::ComparisonFilter;
using envoy::extensions::filters::network::http_connection_manager::v3::LocalReplyConfig;
using envoy::extensions::filters::network::http_connection_manager::v3::ResponseMapper;

constexpr char kUnavailable[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<head><meta charset=\"utf-8\"><title>503 Service Unavailable</title></head>\n"
    "<body>\n"
    "<h1>503 Service Unavailable</h1>\n"
    "<p>Nothing can answer here at the moment. Please try again in a few seconds.</p>\n"
    "</body>\n"
    "</html>\n";
// Seconds. A container that is replaced is back within a few.
constexpr char kRetryAfter[] = "5";
// Envoy's flags: no healthy host, no cluster, no connection to any host.
constexpr const char* kNobodyReached[] = {"UH", "NC", "UF"};
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

void SetPage(const std::string& page, ResponseMapper& mapper) {
  mapper.mutable_body()->set_inline_bytes(page);
  auto& format = *mapper.mutable_body_format_override();
  format.mutable_text_format_source()->set_inline_string("%LOCAL_REPLY_BODY%");
  format.set_content_type("text/html");
}

}  // namespace

LocalReplyConfig LocalReplyOf(const Pages& pages) {
  LocalReplyConfig config;
  // The first that fits is taken.
  auto& unavailable = *config.add_mappers();
  auto& unavailable_if = *unavailable.mutable_filter()->mutable_and_filter();
  SetNotGrpc(*unavailable_if.add_filters());
  auto& flags = *unavailable_if.add_filters()->mutable_response_flag_filter();
  for (const char* flag : kNobodyReached) flags.add_flags(flag);
  SetPage(!pages.unavailable.empty() ? pages.unavailable
          : !pages.error.empty()     ? pages.error
                                     : kUnavailable,
          unavailable);
  auto& retry_after = *unavailable.add_headers_to_add()->mutable_header();
  retry_after.set_key("Retry-After");
  retry_after.set_value(kRetryAfter);

  if (pages.error.empty()) return config;
  auto& error = *config.add_mappers();
  auto& error_if = *error.mutable_filter()->mutable_and_filter();
  SetNotGrpc(*error_if.add_filters());
  SetStatusIsError(*error_if.add_filters());
  SetPage(pages.error, error);
  return config;
}

}  // namespace fairlead
