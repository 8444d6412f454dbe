#include "deploy/images/drop_in/envoy_process.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(HasNoActiveRequest, ReadsEnvoysStats) {
  const struct {
    const char* stats;
    bool none;
  } cases[] = {
      {"http.admin.downstream_rq_active: 1\nhttp.http.downstream_rq_active: 0\n", true},
      {"http.admin.downstream_rq_active: 1\nhttp.http.downstream_rq_active: 2\n", false},
      {"http.http.downstream_rq_active: 0\nhttp.https.downstream_rq_active: 1\n", false},
      {"http.https.downstream_rq_active: 0\r\nhttp.http.downstream_rq_active: 0\r\n", true},
      // Sizes of chunks stand in between.
      {"5a\r\nhttp.admin.downstream_rq_active: 1\nhttp.http.downstream_rq_active: 0\n\r\n0\r\n",
       true},
      {"http.http.downstream_rq_active: many\n", false},
      {"http.admin.downstream_rq_active: 1\n", false},
      {"", false},
  };
  for (const auto& c : cases) EXPECT_EQ(HasNoActiveRequest(c.stats), c.none) << c.stats;
}

}  // namespace
}  // namespace fairlead
