#include "server/status/page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/base/version.h"
#include "server/status/html.h"
#include "server/status/tables.h"

namespace fairlead {
namespace {

constexpr absl::string_view kStyle = R"(
:root { color-scheme: light dark; --good: #1a7f37; --warn: #9a6700; --bad: #cf222e; --idle: #656d76;
  --line: #d0d7de; }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --warn: #d4a72c; --bad: #ff7b72;
  --idle: #9198a1; --line: #3d444d; } }
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .4rem; }
small { color: var(--idle); font-weight: normal; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .warn { color: var(--warn); } .idle { color: var(--idle); }
.bad { color: var(--bad); font-weight: 600; }
.banner { border-left: 4px solid var(--bad); padding: .3rem .8rem; }
)";

std::string Head(int refresh_seconds) {
  std::string head =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n";
  if (refresh_seconds > 0) {
    absl::StrAppend(&head, "<meta http-equiv=\"refresh\" content=\"", refresh_seconds, "\">\n");
  }
  return absl::StrCat(head, "<title>Fairlead</title>\n<style>", kStyle, "</style>\n</head>\n");
}

std::string Summary(const PageContent& content) {
  std::string html = absl::StrCat(
      "<h1>Fairlead <small>", kVersion, "</small> ",
      content.readiness.ok() ? Word(PageTone::kGood, "ready") : Word(PageTone::kBad, "not ready"),
      "</h1>\n");
  if (!content.readiness.ok()) {
    absl::StrAppend(&html, "<p class=\"banner\">Not ready: ", Escaped(content.readiness.message()),
                    "</p>\n");
  }
  if (content.services.self_preservation()) {
    absl::StrAppend(&html,
                    "<p class=\"banner\">Self-preservation: so many hosts fell silent at once that "
                    "the fault is most likely on this side; their last state stands.</p>\n");
  }
  return html;
}

std::string Foot(const PageContent& content) {
  return absl::StrCat(
      "<footer><p><small>As of ",
      absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", content.now, absl::UTCTimeZone()),
      ". <a href=\"?refresh=5\">Load again every 5 s</a> · JSON: "
      "<a href=\"/api/v1/hosts\">hosts</a> <a href=\"/api/v1/services\">services</a> "
      "<a href=\"/api/v1/endpoints\">endpoints</a> <a href=\"/api/v1/proxies\">proxies</a> "
      "<a href=\"/api/v1/problems\">problems</a></small></p></footer>\n");
}

}  // namespace

std::string RenderPage(const PageContent& content) {
  return absl::StrCat(
      Head(content.refresh_seconds), "<body>\n", Summary(content),
      ProblemsSection(content.problems, content.now), ServicesSection(content.services),
      EndpointsSection(content.endpoints), ProxiesSection(content.proxies, content.now),
      HostsSection(content.hosts, content.now), Foot(content), "</body>\n</html>\n");
}

}  // namespace fairlead
