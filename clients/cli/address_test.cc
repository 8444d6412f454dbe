#include "clients/cli/address.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

struct AddressCase {
  const char* text;
  const char* host;  // null: refused
  int port = 0;
  bool is_ip = false;
};

constexpr AddressCase kCases[] = {
    {"127.0.0.1:18002", "127.0.0.1", 18002, true},
    {"[::1]:1", "::1", 1, true},
    {"fairlead.example:65535", "fairlead.example", 65535, false},
    {"my_server-1:80", "my_server-1", 80, false},
    {"", nullptr},
    {"host", nullptr},
    {":80", nullptr},
    {"host:0", nullptr},
    {"host:65536", nullptr},
    {"host:x", nullptr},
    {"::1:80", nullptr},
    {"[host]:80", nullptr},
    {"[127.0.0.1]:80", nullptr},
    {"[::1:80", nullptr},
    {"1.2.3:80", nullptr},
    {"ho st:80", nullptr},
    {"ho\"st:80", nullptr},
    {"http://host:80", nullptr},
};

TEST(Address, IsTakenApartOrRefused) {
  for (const AddressCase& test : kCases) {
    SCOPED_TRACE(test.text);
    const absl::StatusOr<HostPort> address = ParseHostPort(test.text);
    ASSERT_EQ(address.ok(), test.host != nullptr);
    if (!address.ok()) continue;
    EXPECT_EQ(address->host, test.host);
    EXPECT_EQ(address->port, test.port);
    EXPECT_EQ(address->is_ip, test.is_ip);
  }
}

TEST(ParseHostPort, ANullByteEndsNoAddress) {
  for (const absl::string_view text :
       {absl::string_view("[::\0x]:80", 9), absl::string_view("127.0.0.1\0:80", 13),
        absl::string_view("a\0b:80", 6)}) {
    EXPECT_FALSE(ParseHostPort(text).ok());
  }
}

}  // namespace
}  // namespace fairlead
