#include "clients/cli/listings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "clients/cli/example_answers.h"
#include "test/support/files.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Look Plain() { return {.now = absl::FromUnixSeconds(kExampleNow)}; }
Look Wide() { return {.wide = true, .now = absl::FromUnixSeconds(kExampleNow)}; }
Look Coloured() { return {.colour = true, .now = absl::FromUnixSeconds(kExampleNow)}; }

void ExpectListing(const std::string& name, const std::string& text) {
  ExpectGolden(absl::StrCat("clients/cli/golden/", name, ".txt"), text);
}

TEST(Listings, Hosts) {
  ExpectListing("hosts", HostsText(ExampleHosts(), Plain()));
  ExpectListing("hosts_wide", HostsText(ExampleHosts(), Wide()));
}

TEST(Listings, Check) {
  ExpectListing("check", CheckText(ExampleCheck(), Plain()));
  ExpectListing("check_wide", CheckText(ExampleCheck(), Wide()));
  v1::ComposeCheck nothing;
  EXPECT_THAT(CheckText(nothing, Plain()), StartsWith("No routes: no service would be published."));
  EXPECT_THAT(CheckText(nothing, Plain()), HasSubstr("\nNo problems.\n"));
}

TEST(Listings, Import) {
  ExpectListing("import", ImportText(ExampleImport(), Plain()));
  ExpectListing("import_wide", ImportText(ExampleImport(), Wide()));
  v1::ComposeImport import;
  import.set_verdict(v1::ComposeImport::SAME);
  EXPECT_EQ(ImportText(import, Plain()),
            "Verdict: with these changes everything goes on as before.\n");
  import.set_verdict(v1::ComposeImport::NO_PROXY);
  EXPECT_THAT(ImportText(import, Plain()), StartsWith("Verdict: there is no nginx-proxy"));
}

TEST(Listings, Services) {
  ExpectListing("services", ServicesText(ExampleServices(), Plain()));
  ExpectListing("services_wide", ServicesText(ExampleServices(), Wide()));
}

TEST(Listings, SelfPreservationIsSaid) {
  v1::ListServicesResponse response = ExampleServices();
  response.set_self_preservation(true);
  EXPECT_THAT(ServicesText(response, Plain()), HasSubstr("\nSelf-preservation: "));
}

TEST(Listings, Endpoints) {
  ExpectListing("endpoints", EndpointsText(ExampleEndpoints(), Plain()));
  ExpectListing("endpoints_wide", EndpointsText(ExampleEndpoints(), Wide()));
}

TEST(Listings, Proxies) {
  ExpectListing("proxies", ProxiesText(ExampleProxies(), Plain()));
  ExpectListing("proxies_wide", ProxiesText(ExampleProxies(), Wide()));
}

TEST(Listings, Problems) { ExpectListing("problems", ProblemsText(ExampleProblems(), Plain())); }

TEST(Listings, Certificates) {
  ExpectListing("certificates", CertificatesText(ExampleCertificates(), Plain()));
  ExpectListing("certificates_wide", CertificatesText(ExampleCertificates(), Wide()));
}

TEST(Listings, RequestExplained) {
  ExpectListing("explain_request", ExplainText(ExampleRequestExplained(), Plain()));
  v1::ExplainResponse none;
  none.mutable_request()->set_summary("proxies do not listen at port 1");
  EXPECT_THAT(ExplainText(none, Plain()), HasSubstr("No such proxy is connected"));
}

TEST(Listings, ContainerExplained) {
  ExpectListing("explain_container", ExplainText(ExampleContainerExplained(), Plain()));
  v1::ExplainResponse well;
  well.mutable_container()->set_name("web");
  EXPECT_THAT(ExplainText(well, Plain()), HasSubstr("\n  nothing keeps requests from it\n"));
  EXPECT_THAT(ExplainText(well, Plain()), HasSubstr("no variable or label that asks"));
}

TEST(Listings, EmptyOnesSayWhatMayBeMissing) {
  EXPECT_THAT(HostsText({}, Plain()), HasSubstr("Start fairlead-agent"));
  EXPECT_THAT(ServicesText({}, Plain()), HasSubstr("VIRTUAL_HOST"));
  EXPECT_THAT(EndpointsText({}, Plain()), HasSubstr("No endpoints"));
  EXPECT_THAT(ProxiesText({}, Plain()), HasSubstr("fairlead bootstrap envoy"));
  EXPECT_THAT(CertificatesText({}, Plain()), HasSubstr("--certificates-dir"));
  EXPECT_EQ(ProblemsText({}, Plain()), "No problems: all that was asked for works.\n");
}

TEST(Listings, ColourIsOnlyWhereItIsWanted) {
  EXPECT_THAT(ProxiesText(ExampleProxies(), Coloured()), HasSubstr("\033[31mNACKED\033[0m"));
  EXPECT_THAT(ProblemsText(ExampleProblems(), Coloured()), HasSubstr("\033[31mERROR\033[0m"));
  // One of the endpoints has an escape in its name.
  EXPECT_THAT(EndpointsText(ExampleEndpoints(), Plain()), Not(HasSubstr("\033")));
  EXPECT_THAT(ProxiesText(ExampleProxies(), Plain()), Not(HasSubstr("\033")));
}

TEST(Listings, Events) {
  EXPECT_EQ(EventLine(ExampleEvent(), Plain()),
            "2023-11-14T22:13:20.123Z  ENDPOINT  shop/web:8000 shop_web_1          "
            "HEALTHY -> DRAINING (stopping)\n");
  v1::WatchResponse watching;
  watching.set_kind(v1::WatchResponse::WATCHING);
  watching.set_change("watching");
  EXPECT_EQ(EventLine(watching, Plain()), "1970-01-01T00:00:00.000Z  WATCHING  watching\n");
  v1::WatchResponse nasty = ExampleEvent();
  nasty.set_change("a\nb");
  EXPECT_THAT(EventLine(nasty, Plain()), HasSubstr("a\\x0ab\n"));
}

}  // namespace
}  // namespace fairlead
