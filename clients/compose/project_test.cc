#include "clients/compose/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/compose/example_project.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// What the sole service says, a word each: "env A=1@5", "label b=2@6", "port 8000/tcp", ...
std::string Said(const ComposeService& service) {
  std::vector<std::string> words;
  if (service.image.has_value()) words.push_back(absl::StrCat("image ", service.image->text));
  for (const auto& [name, value] : service.environment) {
    words.push_back(absl::StrCat("env ", name, "=", *value.value, "@", value.place.line));
  }
  for (const auto& [name, label] : service.labels) {
    words.push_back(absl::StrCat("label ", name, "=", label.text, "@", label.place.line));
  }
  for (const ComposePort& port : service.ports) {
    words.push_back(absl::StrCat("port ", port.host_ip, port.host_ip.empty() ? "" : ":",
                                 port.host_port, ">", port.container_port, "/", port.protocol));
  }
  for (const auto& [name, place] : service.networks) words.push_back(absl::StrCat("net ", name));
  if (service.network_mode.has_value()) {
    words.push_back(absl::StrCat("mode ", service.network_mode->text));
  }
  if (ReplicasOf(service) != 1) words.push_back(absl::StrCat("replicas ", ReplicasOf(service)));
  if (service.has_health_check.has_value()) {
    words.push_back(*service.has_health_check ? "checked" : "unchecked");
  }
  if (service.container_name.has_value()) {
    words.push_back(absl::StrCat("name ", service.container_name->text));
  }
  for (const ComposeMount& mount : service.mounts) {
    words.push_back(
        absl::StrCat(mount.is_path ? "path " : "volume ", mount.source, ">", mount.target));
  }
  return absl::StrJoin(words, ", ");
}

TEST(ComposeProject, WhatAServiceSays) {
  const struct {
    const char* below;  // the service, from line 3 on
    const char* said;
  } cases[] = {
      {"image: nginx", "image nginx"},
      {"build: .", ""},
      {"environment: {A: 1, B: 'x y', C: null, SET: }", "env A=1@3, env B=x y@3, env SET=value@3"},
      {"environment: [A=1, B=x=y, C, SET]", "env A=1@3, env B=x=y@3, env SET=value@3"},
      {"environment:\n      A: 1\n      B: |\n        two\n        lines",
       "env A=1@4, env B=two\nlines\n@5"},
      {"labels: {a.b: c, d: }", "label a.b=c@3, label d=@3"},
      {"labels: [a.b=c, d]", "label a.b=c@3, label d=@3"},
      {"ports: ['80', 8080:81, '127.0.0.1:8443:443/tcp', '[::1]:53:53/udp']",
       "port 0>80/tcp, port 8080>81/tcp, port 127.0.0.1:8443>443/tcp, port ::1:53>53/udp"},
      {"ports: ['8000-8001:80-81', '9000-9010:90', '127.0.0.1::70']",
       "port 8000>80/tcp, port 8001>81/tcp, port 0>90/tcp, port 127.0.0.1:0>70/tcp"},
      {"ports: [{target: 80, published: 8080}, {target: 53, protocol: udp, host_ip: 10.0.0.1}]",
       "port 8080>80/tcp, port 10.0.0.1:0>53/udp"},
      {"expose: [3000, '4000-4001/udp']", "port 0>3000/tcp, port 0>4000/udp, port 0>4001/udp"},
      {"networks: [front, back]", "net back, net front"},
      {"networks: {front: {aliases: [x]}, back: }", "net back, net front"},
      {"network_mode: host", "mode host"},
      {"deploy: {replicas: 3}", "replicas 3"},
      {"scale: 2", "replicas 2"},
      {"scale: 0", "replicas 0"},
      {"healthcheck: {test: [CMD, true]}", "checked"},
      {"healthcheck: {disable: true}", "unchecked"},
      {"healthcheck: {test: [NONE]}", "unchecked"},
      {"container_name: web", "name web"},
      {"volumes: [./a:/b:ro, c:/d, /e]", "path ./a>/b, volume c>/d, volume >/e"},
      {"volumes: [{type: bind, source: /a, target: /b}]", "path /a>/b"},
      {"image: ${SET}:${TAG:-1}", "image value:1"},
      {"image: $${SET}", "image ${SET}"},
      {"restart: always\n    depends_on: [db]\n    x-more: {a: 1}", ""},
  };
  for (const auto& c : cases) {
    const auto project =
        ExampleProject(absl::StrCat("services:\n  web:\n    ", c.below, "\n"), {{"SET", "value"}});
    ASSERT_TRUE(project.ok()) << c.below << ": " << project.status();
    ASSERT_EQ(project->services.size(), 1) << c.below;
    EXPECT_EQ(Said(project->services[0]), c.said) << c.below;
    EXPECT_EQ(PlaceText(project->services[0].place), "/shop/compose.yaml:2");
    EXPECT_THAT(project->notices, IsEmpty()) << c.below;
    EXPECT_EQ(project->name, "shop");
  }
}

TEST(ComposeProject, WhatIsRefused) {
  const struct {
    const char* text;
    const char* says;  // behind "/shop/compose.yaml"
  } cases[] = {
      {"", ": this is no compose file; write"},
      {"[]", ": this is no compose file"},
      {"version: '3'\n", ": there is nothing named 'services'; name"},
      {"services: 3\n", ":1: 'services' is no map; write"},
      {"services:\n  web: 3\n", ":2: this service is no map; write"},
      {"services: {web: {image: [x]}}", ":1: 'image' has a form that Compose does not take; write"},
      {"services:\n  web:\n    environment: {A: [1]}\n", ":3: 'environment' has a form"},
      {"services:\n  web:\n    environment:\n    - {A: 1}\n", ":4: 'environment' has a form"},
      {"services:\n  web:\n    ports: ['x']\n", ":3: 'x' in 'ports' is no port, or one too many; "},
      {"services: {web: {ports: ['0']}}", ":1: '0' in 'ports' is no port"},
      {"services: {web: {ports: ['80-70']}}", ":1: '80-70' in 'ports' is no port"},
      {"services: {web: {ports: ['1-3:1-2']}}", "is no port"},
      {"services: {web: {ports: ['80/icmp']}}", "is no port"},
      {"services: {web: {ports: ['1-16384', '1']}}", ":1: '1' in 'ports' is no port, or one too"},
      {"services: {web: {expose: ['65536']}}", ":1: '65536' in 'expose' is no port"},
      {"services: {web: {scale: many}}", ":1: 'scale' is no number from 0 to 1000; write"},
      {"services: {web: {deploy: {replicas: -1}}}", ":1: 'deploy.replicas' is no number"},
      {"services: {web: {scale: 1001}}", ":1: 'scale' is no number from 0 to 1000"},
      {"services: {web: {image: '${'}}", ":1: a '$' begins no variable"},
      {"services:\n  web:\n    image: ${TAG:?which}\n",
       ":3: the variable TAG is needed (which); set"},
      {"services: {web: {extends: other}}",
       ":1: there is no service 'other' in /shop/compose.yaml"},
      {"services: {web: {extends: web}}", ":1: 'extends' leads around in a circle"},
      {"services: {web: {extends: {file: b}}}", ":1: 'extends' has a form"},
      {"services: {web: {env_file: {a: b}}}", ""},
      {"services: {web: {env_file: [[]]}}", ":1: 'env_file' has a form"},
      {"services: {web: {volumes: [{source: a}]}}", ":1: 'volumes' has a form"},
  };
  for (const auto& c : cases) {
    const auto project = ExampleProject(c.text);
    if (*c.says == '\0') {
      EXPECT_TRUE(project.ok()) << c.text << ": " << project.status();
      continue;
    }
    EXPECT_EQ(project.status().code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(project.status().message()), StartsWith("/shop/compose.yaml:"))
        << c.text;
    EXPECT_THAT(std::string(project.status().message()), HasSubstr(c.says)) << c.text;
  }
}

absl::StatusOr<ComposeProject> Read(const ExampleFiles& files,
                                    const std::vector<std::string>& named,
                                    const std::map<std::string, std::string>& variables = {}) {
  return ReadComposeProject(ExampleInput(files, named, variables));
}

TEST(ComposeProject, FilesAreMerged) {
  const ExampleFiles files = {
      {"/p/a",
       "services:\n  web:\n    image: one\n    environment: [A=1, B=1]\n    ports: ['80']\n"
       "    volumes: [./x:/v, ./y:/w]\n    labels: {l: 1}\n  db: {image: db}\n"},
      {"/p/b",
       "services:\n  web:\n    image: two\n    environment: {B: 2, C: 2}\n    ports: ['81']\n"
       "    volumes: [./z:/v]\n    labels: [m=2]\n  new: {image: new}\n"},
  };
  const auto project = Read(files, {"/p/a", "/p/b"});
  ASSERT_TRUE(project.ok()) << project.status();
  ASSERT_EQ(project->services.size(), 3);
  EXPECT_EQ(Said(project->services[2]),
            "image two, env A=1@4, env B=2@4, env C=2@4, label l=1@7, label m=2@7, port 0>80/tcp, "
            "port 0>81/tcp, path ./y>/w, path ./z>/v");
  EXPECT_EQ(PlaceText(project->services[2].environment.at("A").place), "/p/a:4");
  EXPECT_EQ(PlaceText(project->services[2].environment.at("B").place), "/p/b:4");
}

TEST(ComposeProject, WhatIsExtended) {
  const ExampleFiles files = {
      {"/p/a",
       "services:\n  base: {image: x, environment: [A=1, B=1], profiles: [never]}\n"
       "  web: {extends: base, environment: [B=2]}\n"
       "  far: {extends: {service: more, file: sub/c}}\n"},
      {"/p/sub/c",
       "services:\n  more: {extends: {service: most}, environment: [D=1]}\n"
       "  most: {image: y, env_file: c.env}\n"},
      {"/p/sub/c.env", "E=1\n"},
  };
  auto input = ExampleInput(files, {"/p/a"});
  input.profiles = {"never"};
  const auto project = ReadComposeProject(input);
  ASSERT_TRUE(project.ok()) << project.status();
  ASSERT_EQ(project->services.size(), 3);
  EXPECT_EQ(Said(project->services[1]), "image y, env D=1@2, env E=1@1");
  EXPECT_EQ(PlaceText(project->services[1].environment.at("E").place), "/p/sub/c.env:1");
  EXPECT_EQ(Said(project->services[2]), "image x, env A=1@2, env B=2@3");
}

TEST(ComposeProject, VariablesAndTheirFiles) {
  const ExampleFiles files = {
      {"/p/a",
       "services:\n  web:\n    image: ${TAG}\n    env_file: [one.env, {path: none, required: "
       "false}]\n    environment: [B=own, HERE, DOT, NOWHERE]\n"},
      {"/p/.env", "TAG=from-env-file\nDOT=dot\nHERE=dot\n"},
      {"/p/one.env", "A=1\nB=file\nHERE\n"},
      {"/p/other.env", "TAG=other\n"},
  };
  auto input = ExampleInput(files, {"/p/a"}, {{"HERE", "shell"}});
  auto project = ReadComposeProject(input);
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_EQ(Said(project->services[0]),
            "image from-env-file, env A=1@1, env B=own@5, env DOT=dot@5, env HERE=shell@5");
  input.env_file = "/p/other.env";
  project = ReadComposeProject(input);
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_EQ(Said(project->services[0]), "image other, env A=1@1, env B=own@5, env HERE=shell@5");
  input.env_file = "/p/missing.env";
  EXPECT_EQ(ReadComposeProject(input).status().code(), absl::StatusCode::kNotFound);
}

TEST(ComposeProject, FilesThatAreNotThere) {
  const ExampleFiles files = {{"/p/a", "services: {web: {env_file: none.env}}"}};
  EXPECT_EQ(std::string(Read(files, {"/p/b"}).status().message()), "there is no /p/b");
  EXPECT_EQ(std::string(Read(files, {"/p/a"}).status().message()),
            "/p/a:1: there is no /p/none.env");
}

TEST(ComposeProject, Names) {
  const struct {
    const char* file;
    const char* text;
    const char* said;
    const char* variable;
    const char* name;
  } cases[] = {
      {"/x/My Shop.1/c", "services: {}", "", "", "myshop1"},
      {"/x/shop/c", "{name: other, services: {}}", "", "", "other"},
      {"/x/shop/c", "{name: other, services: {}}", "", "variable", "variable"},
      {"/x/shop/c", "{name: other, services: {}}", "said", "variable", "said"},
      {"/c", "services: {}", "", "", "default"},
  };
  for (const auto& c : cases) {
    const ExampleFiles files = {{c.file, c.text}};
    auto input = ExampleInput(files, {c.file}, {{"COMPOSE_PROJECT_NAME", c.variable}});
    input.project_name = c.said;
    const auto project = ReadComposeProject(input);
    ASSERT_TRUE(project.ok()) << c.text << ": " << project.status();
    EXPECT_EQ(project->name, c.name);
  }
}

TEST(ComposeProject, Networks) {
  const auto project = ExampleProject(
      "services: {}\nnetworks:\n  front: {name: outer, driver: overlay}\n  back:\n"
      "  far: {external: true}\n  old: {external: {name: older}}\n");
  ASSERT_TRUE(project.ok()) << project.status();
  std::vector<std::string> networks;
  for (const auto& [key, network] : project->networks) {
    networks.push_back(absl::StrCat(key, "=", network.name, " ", network.driver));
  }
  EXPECT_THAT(networks, ElementsAre("back=shop_back ", "default=shop_default ", "far=far ",
                                    "front=outer overlay", "old=older "));
}

TEST(ComposeProject, TheFirstForm) {
  const auto project = ExampleProject("web:\n  image: x\n  environment: [A=1]\ndb:\n  image: y\n");
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_TRUE(project->is_first_form);
  ASSERT_EQ(project->services.size(), 2);
  EXPECT_EQ(Said(project->services[1]), "image x, env A=1@3");
}

TEST(ComposeProject, Profiles) {
  const std::string text =
      "services: {a: {}, b: {profiles: [debug]}, c: {profiles: [debug, more]}, d: {profiles: [x]}}";
  const ExampleFiles files = {{"/p/a", text}};
  auto input = ExampleInput(files, {"/p/a"}, {{"COMPOSE_PROFILES", "x,y"}});
  input.profiles = {"more"};
  const auto project = ReadComposeProject(input);
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_EQ(project->services.size(), 3);
  EXPECT_THAT(project->left_out, ElementsAre("b"));
}

TEST(ComposeProject, Notices) {
  const auto project = ExampleProject(
      "services:\n  web:\n    image: $TAG\n    enviroment: {A: $TAG}\n    x-unset: $NOT\n");
  ASSERT_TRUE(project.ok()) << project.status();
  std::vector<std::string> notices;
  for (const ComposeNotice& notice : project->notices) {
    notices.push_back(absl::StrCat(PlaceText(notice.place), " ", notice.word, ": ", notice.cure));
  }
  EXPECT_THAT(
      notices,
      ElementsAre("/shop/compose.yaml:3 TAG: set it in the environment or in .env, or write "
                  "${TAG:-} if nothing is meant",
                  "/shop/compose.yaml:4 TAG: set it in the environment or in .env, or write "
                  "${TAG:-} if nothing is meant",
                  "/shop/compose.yaml:5 NOT: set it in the environment or in .env, or write "
                  "${NOT:-} if nothing is meant",
                  "/shop/compose.yaml:4 enviroment: did you mean 'environment'?"));
}

TEST(ComposeProject, Bounds) {
  std::string services = "services:\n";
  for (int i = 0; i < 1001; ++i) absl::StrAppend(&services, "  s", i, ": {}\n");
  EXPECT_THAT(std::string(ExampleProject(services).status().message()),
              HasSubstr("more than 1000 services"));
  std::string replicas = "services:\n";
  for (int i = 0; i < 6; ++i) absl::StrAppend(&replicas, "  s", i, ": {scale: 1000}\n");
  EXPECT_THAT(std::string(ExampleProject(replicas).status().message()),
              HasSubstr("more than 5000 containers; start fewer"));
  EXPECT_THAT(
      std::string(
          ExampleProject("services: {a: {scale: 1000, ports: ['1-16384']}}").status().message()),
      HasSubstr("/shop/compose.yaml:1: the labels, variables and ports of all containers"));
  std::string variables = "services:\n  web:\n    environment:\n";
  for (int i = 0; i < 1001; ++i) absl::StrAppend(&variables, "      V", i, ": 1\n");
  EXPECT_THAT(std::string(ExampleProject(variables).status().message()),
              HasSubstr("more than 1000 entries"));
  std::string files = "services:\n  web:\n    env_file:\n";
  for (int i = 0; i < 201; ++i) absl::StrAppend(&files, "    - {path: e, required: false}\n");
  EXPECT_THAT(std::string(ExampleProject(files).status().message()),
              HasSubstr("more than 200 files"));
  const std::string large(60 << 10, 'x');
  std::string many = "services:\n  web:\n    environment:\n";
  for (int i = 0; i < 200; ++i) absl::StrAppend(&many, "      V", i, ": $LARGE\n");
  EXPECT_THAT(std::string(ExampleProject(many, {{"LARGE", large}}).status().message()),
              HasSubstr("more than 8388608 bytes"));
}

}  // namespace
}  // namespace fairlead
