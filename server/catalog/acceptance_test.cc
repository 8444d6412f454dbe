#include "server/catalog/acceptance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace fairlead {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::Hello GoodHello() {
  v1::Hello hello;
  hello.set_host_id("host-1.example_2");
  hello.set_host_name("Host 1");
  hello.set_epoch("e1");
  hello.add_advertise_addresses("192.0.2.1");
  hello.add_advertise_addresses("2001:db8::1");
  return hello;
}

struct HelloCase {
  std::string name;
  std::function<void(v1::Hello&)> change;
  std::string says;  // empty: it is accepted
};

class HelloTest : public testing::TestWithParam<HelloCase> {};

TEST_P(HelloTest, IsAcceptedOrSaysWhatIsWrong) {
  v1::Hello hello = GoodHello();
  GetParam().change(hello);
  const absl::Status status = CheckHello(hello);
  EXPECT_EQ(status.ok(), GetParam().says.empty()) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    , HelloTest,
    testing::Values(
        HelloCase{"Good", [](v1::Hello&) {}, ""},
        HelloCase{"NoAddresses", [](v1::Hello& h) { h.clear_advertise_addresses(); }, ""},
        HelloCase{"NoHostId", [](v1::Hello& h) { h.clear_host_id(); }, "'' is not a host id"},
        HelloCase{"SlashInHostId", [](v1::Hello& h) { h.set_host_id("a/b"); }, "--host-id"},
        HelloCase{"NewlineInHostId", [](v1::Hello& h) { h.set_host_id("a\nb"); }, "--host-id"},
        HelloCase{"LongHostId", [](v1::Hello& h) { h.set_host_id(std::string(254, 'a')); },
                  "--host-id"},
        HelloCase{"LongestHostId", [](v1::Hello& h) { h.set_host_id(std::string(253, 'a')); }, ""},
        HelloCase{"LongName", [](v1::Hello& h) { h.set_host_name(std::string(257, 'a')); },
                  "at most 256 bytes"},
        HelloCase{"LongZone", [](v1::Hello& h) { h.set_zone(std::string(5000, 'z')); },
                  "at most 256 bytes"},
        HelloCase{"NoEpoch", [](v1::Hello& h) { h.clear_epoch(); }, "no epoch"},
        HelloCase{"NullByteInAddress",
                  [](v1::Hello& h) { h.add_advertise_addresses(std::string("192.0.2.1\0x", 11)); },
                  "--advertise-address"},
        HelloCase{"NameForAddress", [](v1::Hello& h) { h.add_advertise_addresses("example.com"); },
                  "--advertise-address"},
        HelloCase{"ManyAddresses",
                  [](v1::Hello& h) {
                    for (int i = 0; i < 20; ++i) h.add_advertise_addresses("192.0.2.1");
                  },
                  "at most 16"}),
    [](const auto& test) { return test.param.name; });

v1::Container GoodContainer() {
  v1::Container container;
  container.set_id(std::string(64, 'a'));
  container.set_name("shop-web-1");
  (*container.mutable_labels())["com.docker.compose.project"] = "shop";
  v1::NetworkAttachment& network = *container.add_networks();
  network.set_name("shop_default");
  network.set_ipv4("172.20.0.2");
  v1::Port& port = *container.add_ports();
  port.set_container_port(8000);
  v1::PublishedPort& published = *port.add_published();
  published.set_host_ip("0.0.0.0");
  published.set_host_port(32768);
  return container;
}

struct ContainerCase {
  std::string name;
  std::function<void(v1::Container&)> change;
  std::string says;  // empty: it is taken
};

class ContainerTest : public testing::TestWithParam<ContainerCase> {};

TEST_P(ContainerTest, IsTakenOrSkippedWithAReason) {
  v1::Container container = GoodContainer();
  GetParam().change(container);
  const std::string reason = ReasonToSkip(container, ReportLimits());
  EXPECT_EQ(reason.empty(), GetParam().says.empty()) << reason;
  EXPECT_THAT(reason, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    , ContainerTest,
    testing::Values(
        ContainerCase{"Good", [](v1::Container&) {}, ""},
        ContainerCase{"ShortId", [](v1::Container& c) { c.set_id("0123456789ab"); }, ""},
        ContainerCase{"TooShortId", [](v1::Container& c) { c.set_id("0123456789a"); },
                      "not a container id"},
        ContainerCase{"TooLongId", [](v1::Container& c) { c.set_id(std::string(65, 'a')); },
                      "not a container id"},
        ContainerCase{"IdIsNoNumber", [](v1::Container& c) { c.set_id("shop-web-1-xyz"); },
                      "not a container id"},
        ContainerCase{"LargeLabel",
                      [](v1::Container& c) {
                        (*c.mutable_labels())["big"] = std::string((64 << 10) + 1, 'x');
                      },
                      "label big has 65537 bytes"},
        ContainerCase{
            "LargestLabel",
            [](v1::Container& c) { (*c.mutable_labels())["big"] = std::string(64 << 10, 'x'); },
            ""},
        ContainerCase{"LargeVariable",
                      [](v1::Container& c) {
                        (*c.mutable_environment())["VIRTUAL_HOST"] = std::string(70000, 'x');
                      },
                      "variable VIRTUAL_HOST"},
        ContainerCase{"LongLabelName",
                      [](v1::Container& c) { (*c.mutable_labels())[std::string(5000, 'k')] = "v"; },
                      "name of a label"},
        ContainerCase{"ManyLabels",
                      [](v1::Container& c) {
                        for (int i = 0; i < 10000; ++i) {
                          (*c.mutable_labels())["label." + std::to_string(i)] =
                              std::string(20, 'x');
                        }
                      },
                      "more than 262144"},
        ContainerCase{"LongName", [](v1::Container& c) { c.set_name(std::string(5000, 'n')); },
                      "name"},
        ContainerCase{"AddressIsNone",
                      [](v1::Container& c) { c.mutable_networks(0)->set_ipv4("172.20.0"); },
                      "'172.20.0' is not an IPv4 address"},
        ContainerCase{"AddressIsOfTheOtherKind",
                      [](v1::Container& c) { c.mutable_networks(0)->set_ipv6("172.20.0.2"); },
                      "is not an IPv6 address"},
        ContainerCase{"NoAddress", [](v1::Container& c) { c.mutable_networks(0)->clear_ipv4(); },
                      ""},
        ContainerCase{"PortZero",
                      [](v1::Container& c) { c.mutable_ports(0)->set_container_port(0); },
                      "0 is not a port"},
        ContainerCase{"PortTooLarge",
                      [](v1::Container& c) { c.mutable_ports(0)->set_container_port(70000); },
                      "70000 is not a port"},
        ContainerCase{"PublishedPortTooLarge",
                      [](v1::Container& c) {
                        c.mutable_ports(0)->mutable_published(0)->set_host_port(70000);
                      },
                      "70000 is not a port"},
        ContainerCase{
            "PublishedNowhere",
            [](v1::Container& c) { c.mutable_ports(0)->mutable_published(0)->set_host_ip("here"); },
            "'here' is not an address"}),
    [](const auto& test) { return test.param.name; });

TEST(PeerAddress, IsTheIpAddressOfTheStream) {
  EXPECT_EQ(PeerAddress("ipv4:192.0.2.1:4711"), "192.0.2.1");
  EXPECT_EQ(PeerAddress("ipv6:[2001:db8::1]:4711"), "2001:db8::1");
  EXPECT_EQ(PeerAddress("ipv6:%5B2001:db8::1%5D:4711"), "2001:db8::1");
  EXPECT_EQ(PeerAddress("ipv6:%5B::ffff:192.0.2.1%5D:4711"), "192.0.2.1");
  EXPECT_EQ(PeerAddress("ipv6:[fe80::1%25eth0]:4711"), "fe80::1");
  EXPECT_THAT(PeerAddress("unix:/run/fairlead.sock"), IsEmpty());
  EXPECT_THAT(PeerAddress("ipv4:nonsense"), IsEmpty());
  EXPECT_THAT(PeerAddress("ipv6:[nonsense"), IsEmpty());
  EXPECT_THAT(PeerAddress(""), IsEmpty());
}

}  // namespace
}  // namespace fairlead
