#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/catalog/facts.h"

namespace fairlead {

// Facts for tests, as an agent tells them.
struct ExampleContainer {
  std::string id = "web1";
  std::string name;  // empty: as the id
  std::string project = "shop";
  std::string service = "web";  // with the project, Compose's labels; empty: none
  std::string virtual_host = "shop.example";
  std::string path;  // empty: not set
  std::string port;  // empty: not set
  v1::Container::State state = v1::Container::RUNNING;
  v1::Container::Health health = v1::Container::NO_CHECK;
  bool stopping = false;
  int created_at = 1;
  int started_at = 1;  // 0: never
  std::string ip = "172.20.0.2";
  uint16_t exposed = 8000;
  uint16_t published = 0;  // 0: not
  std::string network_mode = "shop_default";
  std::vector<std::pair<std::string, std::string>> labels;

  ContainerFacts Facts() const;
};

// Changes of one host's facts.
ContainerChange Is(const std::string& host_id, const ExampleContainer& container);
ContainerChange Gone(const std::string& host_id, const std::string& container_id);
HostChange HostIs(const std::string& id, std::vector<std::string> addresses, bool silent = false,
                  const std::string& zone = "");
HostChange HostGone(const std::string& id);

}  // namespace fairlead
