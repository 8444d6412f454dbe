#include "server/routing/addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

struct Network {
  std::string name;
  std::string driver;
  std::string ipv4;
  std::string ipv6;
};
struct Published {
  int port;
  std::string protocol;
  std::string host_ip;
  int host_port;
};
struct AddressCase {
  std::string name;
  std::string mode;
  std::vector<Network> networks;
  std::vector<Published> published;
  std::vector<std::string> host;  // advertised addresses
  std::string addresses;          // "FROM[ NETWORK] IP:PORT, ..."
  std::string problem;            // part of it; empty: none
};

std::string Text(const std::vector<Address>& addresses) {
  static constexpr const char* kFrom[] = {"host", "spanning", "published", "loopback",
                                          "host-network"};
  return absl::StrJoin(addresses, ", ", [](std::string* out, const Address& address) {
    absl::StrAppend(out, kFrom[static_cast<int>(address.from)], address.network.empty() ? "" : " ",
                    address.network, " ", address.ip, ":", address.port);
  });
}

v1::Container ContainerOf(const AddressCase& c) {
  v1::Container container;
  container.set_network_mode(c.mode);
  for (const Network& network : c.networks) {
    v1::NetworkAttachment& attachment = *container.add_networks();
    attachment.set_name(network.name);
    attachment.set_driver(network.driver);
    attachment.set_ipv4(network.ipv4);
    attachment.set_ipv6(network.ipv6);
  }
  for (const Published& published : c.published) {
    v1::Port& port = *container.add_ports();
    port.set_container_port(published.port);
    port.set_protocol(published.protocol);
    v1::PublishedPort& at = *port.add_published();
    at.set_host_ip(published.host_ip);
    at.set_host_port(published.host_port);
  }
  return container;
}

void Check(const AddressCase& c) {
  SCOPED_TRACE(c.name);
  const v1::Container container = ContainerOf(c);
  HostFacts host;
  host.addresses = c.host;
  const absl::flat_hash_set<std::string> routable = {"lan"};
  Problems problems;
  EXPECT_EQ(Text(AddressesOf({container, &container, &host, 8000, routable}, Place{}, problems)),
            c.addresses);
  ASSERT_EQ(problems.size(), c.problem.empty() ? 0u : 1u);
  if (problems.empty()) return;
  EXPECT_THAT(problems[0].what, HasSubstr("no reachable address"));
  EXPECT_THAT(problems[0].what, HasSubstr(c.problem));
  EXPECT_FALSE(problems[0].cure.empty());
}

const std::vector<std::string> kHostAddress = {"10.0.0.7"};

TEST(AddressesOf, PublishedPortsOnlyWhereTheyAreAWay) {
  AddressCase both{
      "", "b", {{"b", "bridge", "172.20.0.2", ""}}, {{8000, "tcp", "10.0.0.9", 80}}, {}, "", ""};
  HostFacts host;
  host.addresses = kHostAddress;
  const absl::flat_hash_set<std::string> none;
  Problems problems;
  v1::Container container = ContainerOf(both);
  EXPECT_EQ(Text(AddressesOf({container, &container, &host, 8000, none, false}, {}, problems)),
            "host b 172.20.0.2:8000");
  container.set_network_mode("host");
  EXPECT_EQ(Text(AddressesOf({container, &container, &host, 8000, none, false}, {}, problems)),
            "host b 172.20.0.2:8000, host-network 10.0.0.7:8000");
  EXPECT_TRUE(problems.empty());

  container = ContainerOf({"", "b", {}, {{8000, "tcp", "0.0.0.0", 80}}, {}, "", ""});
  EXPECT_EQ(Text(AddressesOf({container, &container, &host, 8000, none, false}, {}, problems)), "");
  ASSERT_EQ(problems.size(), 1);
  EXPECT_THAT(problems[0].what, HasSubstr("ports that the host publishes are not used"));
  EXPECT_THAT(problems[0].cure, testing::Not(HasSubstr("publish")));
}

TEST(AddressesOf, Networks) {
  for (const AddressCase& c : std::vector<AddressCase>{
           {"a bridge",
            "b",
            {{"b", "bridge", "172.20.0.2", ""}},
            {},
            {},
            "host b 172.20.0.2:8000",
            ""},
           {"by name, IPv4 first",
            "b",
            {{"z", "bridge", "172.20.0.2", "fd00::2"}, {"a", "bridge", "172.21.0.2", "fd01::2"}},
            {},
            {},
            "host a 172.21.0.2:8000, host z 172.20.0.2:8000, host a fd01::2:8000, host z "
            "fd00::2:8000",
            ""},
           {"no driver told",
            "b",
            {{"b", "", "172.20.0.2", ""}},
            {},
            {},
            "host b 172.20.0.2:8000",
            ""},
           {"ingress",
            "b",
            {{"ingress", "overlay", "10.0.9.2", ""}, {"o", "overlay", "10.1.0.2", ""}},
            {},
            {},
            "spanning o 10.1.0.2:8000",
            ""},
           {"macvlan and ipvlan",
            "m",
            {{"m", "macvlan", "192.168.0.9", ""}, {"i", "ipvlan", "192.168.1.9", ""}},
            {},
            {},
            "spanning i 192.168.1.9:8000, spanning m 192.168.0.9:8000",
            ""},
           {"routable by configuration",
            "lan",
            {{"lan", "bridge", "10.9.0.2", ""}},
            {},
            {},
            "host lan 10.9.0.2:8000, spanning lan 10.9.0.2:8000",
            ""},
           {"an unknown driver", "w", {{"w", "weave", "10.9.0.2", ""}}, {}, {}, "", "port 8000"},
           {"an unknown driver, routable",
            "lan",
            {{"lan", "weave", "10.9.0.2", ""}},
            {},
            {},
            "spanning lan 10.9.0.2:8000",
            ""},
           {"no address yet",
            "b",
            {{"b", "bridge", "", ""}},
            {},
            kHostAddress,
            "",
            "not published"},
           {"none", "none", {}, {}, kHostAddress, "", "network_mode: none"},
       }) {
    Check(c);
  }
}

TEST(AddressesOf, PublishedPorts) {
  const std::vector<std::string> dual = {"10.0.0.7", "fd00::7", "10.0.0.8"};
  for (const AddressCase& c : std::vector<AddressCase>{
           {"everywhere",
            "b",
            {},
            {{8000, "tcp", "0.0.0.0", 32768}},
            kHostAddress,
            "published 10.0.0.7:32768",
            ""},
           {"host address empty",
            "b",
            {},
            {{8000, "tcp", "", 32768}},
            dual,
            "published 10.0.0.7:32768, published 10.0.0.8:32768, published fd00::7:32768",
            ""},
           {"IPv4 wildcard",
            "b",
            {},
            {{8000, "tcp", "0.0.0.0", 32768}},
            dual,
            "published 10.0.0.7:32768, published 10.0.0.8:32768",
            ""},
           {"IPv6 wildcard",
            "b",
            {},
            {{8000, "tcp", "::", 32768}},
            dual,
            "published fd00::7:32768",
            ""},
           {"both wildcards, one family",
            "b",
            {},
            {{8000, "tcp", "0.0.0.0", 32768}, {8000, "tcp", "::", 32768}},
            kHostAddress,
            "published 10.0.0.7:32768",
            ""},
           {"loopback",
            "b",
            {},
            {{8000, "tcp", "127.0.0.1", 32768}},
            kHostAddress,
            "loopback 127.0.0.1:32768",
            ""},
           {"IPv6 loopback",
            "b",
            {},
            {{8000, "tcp", "::1", 32768}},
            kHostAddress,
            "loopback ::1:32768",
            ""},
           {"one address",
            "b",
            {},
            {{8000, "tcp", "192.0.2.3", 80}},
            kHostAddress,
            "published 192.0.2.3:80",
            ""},
           {"network first",
            "b",
            {{"b", "bridge", "172.20.0.2", ""}},
            {{8000, "tcp", "0.0.0.0", 32768}, {8000, "tcp", "127.0.0.1", 90}},
            kHostAddress,
            "host b 172.20.0.2:8000, published 10.0.0.7:32768, loopback 127.0.0.1:90",
            ""},
           {"another port",
            "b",
            {},
            {{8001, "tcp", "0.0.0.0", 32768}},
            kHostAddress,
            "",
            "port 8000 is not published"},
           {"udp", "b", {}, {{8000, "udp", "0.0.0.0", 32768}}, kHostAddress, "", "not published"},
           {"host without addresses",
            "b",
            {},
            {{8000, "tcp", "0.0.0.0", 32768}},
            {},
            "",
            "not published at an address of the host that is known"},
           {"host known by its loopback",
            "b",
            {},
            {{8000, "tcp", "0.0.0.0", 32768}},
            {"127.0.0.1"},
            "loopback 127.0.0.1:32768",
            ""},
           {"a lying port",
            "b",
            {},
            {{8000, "tcp", "0.0.0.0", 0}, {8000, "tcp", "0.0.0.0", 65536}},
            kHostAddress,
            "",
            "not published"},
       }) {
    Check(c);
  }
}

TEST(AddressesOf, HostNetwork) {
  for (const AddressCase& c : std::vector<AddressCase>{
           {"every advertised address",
            "host",
            {},
            {},
            {"fd00::7", "10.0.0.8", "10.0.0.7"},
            "host-network 10.0.0.8:8000, host-network 10.0.0.7:8000, host-network fd00::7:8000",
            ""},
           {"no address is known", "host", {}, {}, {}, "", "no address is known"},
           // The proxy's admin port listens there.
           {"loopback is refused", "host", {}, {}, {"127.0.0.1", "::1"}, "", "no address is known"},
       }) {
    Check(c);
  }
}

TEST(AddressesOf, NeverWhereNoEndpointMayBe) {
  for (const char* ip :
       {"127.0.0.1", "127.9.9.9", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "shop.example", "", "1.2.3.4;x"}) {
    Check({absl::StrCat("network ", ip),
           "b",
           {{"b", "bridge", ip, ip}, {"o", "overlay", ip, ip}},
           {},
           {},
           "",
           "no address"});
    Check({absl::StrCat("advertised ", ip), "host", {}, {}, {ip}, "", "no address"});
  }
  for (const char* ip : {"169.254.169.254", "224.0.0.1", "fe80::1", "ff02::1", "nonsense"}) {
    Check({absl::StrCat("published ", ip),
           "b",
           {},
           {{8000, "tcp", ip, 80}},
           kHostAddress,
           "",
           "not published"});
    Check({absl::StrCat("published, advertised ", ip),
           "b",
           {},
           {{8000, "tcp", "0.0.0.0", 80}},
           {ip},
           "",
           "not published"});
  }
}

TEST(AddressesOf, ASharedNetworkIsItsOwners) {
  v1::Container sidecar;
  sidecar.set_network_mode("container:0123456789abcdef");
  EXPECT_EQ(NetworkOwnerId(sidecar), "0123456789abcdef");
  const v1::Container owner = ContainerOf({"",
                                           "b",
                                           {{"b", "bridge", "172.20.0.2", ""}},
                                           {{8000, "tcp", "0.0.0.0", 32768}},
                                           {},
                                           "",
                                           ""});
  EXPECT_EQ(NetworkOwnerId(owner), "");
  HostFacts host;
  host.addresses = kHostAddress;
  Problems problems;
  EXPECT_EQ(Text(AddressesOf({sidecar, &owner, &host, 8000, {}}, Place{}, problems)),
            "host b 172.20.0.2:8000, published 10.0.0.7:32768");
  EXPECT_EQ(Text(AddressesOf({sidecar, &owner, nullptr, 8000, {}}, Place{}, problems)),
            "host b 172.20.0.2:8000");
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(Text(AddressesOf({sidecar, nullptr, &host, 8000, {}}, Place{}, problems)), "");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].what, HasSubstr("the container 0123456789ab, which is not there"));
}

}  // namespace
}  // namespace fairlead
