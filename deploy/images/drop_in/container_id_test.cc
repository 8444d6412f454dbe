#include "deploy/images/drop_in/container_id.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

const std::string kId = "5f1c2b0c67b522199e1938e5143f28c257d9ed9d8b8434901e963e15d686600c";
const std::string kOther = std::string(64, 'a');

TEST(OwnContainerId, IsFoundWhereTheEngineMounts) {
  const struct {
    const char* name;
    std::string mountinfo;
    std::optional<std::string> id;
  } cases[] = {
      {"Docker",
       absl::StrCat("1 0 0:5 / / rw - overlay overlay rw,lowerdir=/x\n"
                    "2 1 8:1 /var/lib/docker/containers/",
                    kId, "/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda rw\n"),
       kId},
      {"a data directory that is a mount of its own",
       absl::StrCat("2 1 8:1 /containers/", kId, "/hostname /etc/hostname rw - ext4 /dev/sda rw"),
       kId},
      {"Podman",
       absl::StrCat("2 1 8:1 /containers/storage/overlay-containers/", kId,
                    "/userdata/hosts /etc/hosts rw - ext4 /dev/sda rw\n"),
       kId},
      {"an id elsewhere is another thing's",
       absl::StrCat("2 1 8:1 /docker/overlay2/", kOther, "/merged /data rw - ext4 x rw\n",
                    "3 1 8:1 /c/", kId, "/hosts /etc/hosts rw - ext4 x rw\n"),
       kId},
      {"no container", "1 0 8:1 / / rw - ext4 /dev/sda rw\n", std::nullopt},
      {"a hosts file that somebody mounted", "2 1 8:1 /srv/hosts /etc/hosts rw - ext4 x rw\n",
       std::nullopt},
      {"63 digits", absl::StrCat("2 1 8:1 /", kId.substr(1), "/hosts /etc/hosts rw - ext4 x rw\n"),
       std::nullopt},
      {"cut short", "2 1 8:1", std::nullopt},
      {"empty", "", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(OwnContainerId(c.mountinfo), c.id) << c.name;
}

}  // namespace
}  // namespace fairlead
