#include "server/status/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/admin/fake_inspection.h"
#include "server/status/html.h"

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

PageContent Shop() {
  FakeInspection inspection;
  inspection.FillShop();
  PageContent content;
  content.hosts = inspection.hosts;
  content.services = inspection.services;
  content.endpoints = inspection.endpoints;
  content.proxies = inspection.proxies;
  content.problems = inspection.problems;
  content.now = kNow;
  return content;
}

TEST(Page, ShowsEverythingWithAWordBesideEachColour) {
  PageContent content = Shop();
  content.problems.mutable_problems(0)->mutable_since()->set_seconds(1'800'000'000 - 180);
  EXPECT_THAT(
      RenderPage(content),
      AllOf(HasSubstr("<span class=\"good\">CONNECTED</span>"), HasSubstr("shop.example/"),
            HasSubstr("<span class=\"good\">HEALTHY</span>"), HasSubstr("172.20.0.2:8000"),
            HasSubstr("<span class=\"bad\">NACKED</span><br>no such field"),
            HasSubstr("<span class=\"bad\">ERROR</span>"), HasSubstr("&#39;80a&#39; is not a port"),
            HasSubstr("<td>3m</td>"), HasSubstr(">ready</span>"), Not(HasSubstr("<script")),
            Not(HasSubstr("http-equiv=\"refresh\""))));
}

TEST(Page, SaysWhatToDoWhereThereIsNothing) {
  PageContent content;
  content.now = kNow;
  EXPECT_THAT(RenderPage(content), AllOf(HasSubstr("Start fairlead-agent"),
                                         HasSubstr("VIRTUAL_HOST"), HasSubstr("bootstrap envoy")));
}

TEST(Page, EscapesWhatStrangersWrote) {
  const std::string evil = "<script>alert(\"1\")</script>&'";
  PageContent content = Shop();
  content.readiness = absl::UnavailableError(evil);
  v1::Host& host = *content.hosts.mutable_hosts(0);
  host.set_name(evil);
  host.set_zone(evil);
  host.add_addresses(evil);
  host.set_engine_error(evil);
  host.set_agent_version(evil);
  host.set_engine_version(evil);
  v1::Service& service = *content.services.mutable_services(0);
  service.set_name(evil);
  service.add_routes(evil);
  service.add_hosts(evil);
  v1::Endpoint& endpoint = *content.endpoints.mutable_endpoints(0);
  endpoint.set_container_name(evil);
  endpoint.set_reason(evil);
  endpoint.mutable_addresses(0)->set_from(evil);
  endpoint.mutable_addresses(0)->set_ip(evil);
  v1::Proxy& proxy = *content.proxies.mutable_proxies(0);
  proxy.set_node_id(evil);
  proxy.set_group(evil);
  proxy.set_host(evil);
  proxy.set_peer(evil);
  proxy.set_user_agent(evil);
  proxy.set_variant(evil);
  proxy.mutable_types(0)->set_error(evil);
  v1::Problem& problem = *content.problems.mutable_problems(0);
  problem.set_container(evil);
  problem.set_word(evil);
  problem.set_what(evil);
  problem.set_cure(evil);
  EXPECT_THAT(RenderPage(content), AllOf(HasSubstr("&lt;script&gt;"), Not(HasSubstr("<script"))));
}

TEST(Page, RefreshesOnlyIfAsked) {
  PageContent content = Shop();
  content.refresh_seconds = 5;
  EXPECT_THAT(RenderPage(content), HasSubstr("<meta http-equiv=\"refresh\" content=\"5\">"));
}

TEST(Page, SaysLoudlyThatItIsNotReadyOrPreservesItself) {
  PageContent content = Shop();
  content.readiness = absl::UnavailableError("waits for agents");
  content.services.set_self_preservation(true);
  EXPECT_THAT(RenderPage(content),
              AllOf(HasSubstr("Not ready: waits for agents"), HasSubstr("Self-preservation")));
}

TEST(HtmlTable, CountsRowsThatAreTooMany) {
  HtmlTable table("Things", "fairlead things", {"Name"});
  for (size_t i = 0; i < HtmlTable::kMostRows + 7; ++i) table.Add({absl::StrCat("row", i)});
  EXPECT_THAT(table.Html("none"),
              AllOf(HasSubstr("<td>row999</td>"), Not(HasSubstr("<td>row1000</td>")),
                    HasSubstr("and 7 more; <code>fairlead things</code>"),
                    HasSubstr("<small>1007</small>")));
}

TEST(Escaped, LeavesNoMarkup) {
  EXPECT_EQ(Escaped("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
  EXPECT_EQ(Escaped("ü 漢"), "ü 漢");
}

}  // namespace
}  // namespace fairlead
