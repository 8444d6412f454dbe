#include "clients/compose/proxy_role.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/compose/example_project.h"

namespace fairlead {
namespace {

TEST(ProxyRole, OfImages) {
  const std::pair<const char*, ProxyRole> cases[] = {
      {"nginxproxy/nginx-proxy", ProxyRole::kProxy},
      {"nginxproxy/nginx-proxy:alpine", ProxyRole::kProxy},
      {"jwilder/nginx-proxy@sha256:0", ProxyRole::kProxy},
      {"ghcr.io/nginx-proxy/nginx-proxy:1.6", ProxyRole::kProxy},
      {"registry:5000/nginx-proxy", ProxyRole::kProxy},
      {"nginxproxy/docker-gen", ProxyRole::kGenerator},
      {"jwilder/docker-gen:0.10", ProxyRole::kGenerator},
      {"nginxproxy/acme-companion", ProxyRole::kCompanion},
      {"jrcs/letsencrypt-nginx-proxy-companion", ProxyRole::kCompanion},
      {"fairlead-drop-in:latest", ProxyRole::kDropIn},
      {"nginx", ProxyRole::kNone},
      {"my/nginx-proxy-fork", ProxyRole::kNone},
      {"", ProxyRole::kNone},
  };
  for (const auto& [image, role] : cases) EXPECT_EQ(RoleOfImage(image), role) << image;
}

TEST(ProxyRole, OfServices) {
  const std::pair<const char*, ProxyRole> cases[] = {
      {"{image: nginx-proxy}", ProxyRole::kProxy},
      {"{image: nginx-proxy, build: .}", ProxyRole::kProxy},
      {"{build: ., ports: ['80:80'], volumes: ['/var/run/docker.sock:/tmp/docker.sock']}",
       ProxyRole::kProxy},
      {"{build: ., ports: ['81:81'], volumes: ['/var/run/docker.sock:/tmp/docker.sock']}",
       ProxyRole::kNone},
      {"{build: ., ports: ['80:80']}", ProxyRole::kNone},
      {"{image: nginx, volumes: ['conf:/etc/nginx/conf.d']}", ProxyRole::kNone},
  };
  for (const auto& [service, role] : cases) {
    const auto project = ExampleProject(absl::StrCat("services:\n  it: ", service, "\n"));
    ASSERT_TRUE(project.ok()) << project.status();
    EXPECT_EQ(RolesIn(*project).at("it"), role) << service;
  }
  const auto project = ExampleProject(
      "services:\n  gen: {image: docker-gen}\n"
      "  it: {image: nginx, volumes: ['conf:/etc/nginx/conf.d']}\n  page: {image: nginx}\n");
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_EQ(RolesIn(*project).at("it"), ProxyRole::kNginx);
  EXPECT_EQ(RolesIn(*project).at("page"), ProxyRole::kNone);
}

}  // namespace
}  // namespace fairlead
