// fake_agent SERVER HOST: a Docker host without an engine, for tests in other languages. Each line
// of the standard input is a container that runs from then on, as JSON (fairlead.v1.Container), or
// "remove ID"; it says "told" when the server has acknowledged it. Ends with its input.
#include <google/protobuf/util/json_util.h>

#include <iostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "test/fakes/agent/fake_agent.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: fake_agent HOST:PORT HOST_ID <CONTAINERS\n";
    return 2;
  }
  fairlead::FakeAgent::Options options;
  options.address = argv[1];
  options.host_id = argv[2];
  options.advertise_addresses = {"192.0.2.1"};
  fairlead::FakeAgent agent(options);
  for (std::string line; std::getline(std::cin, line);) {
    absl::string_view removed = line;
    if (absl::ConsumePrefix(&removed, "remove ")) {
      agent.Remove(std::string(removed));
    } else {
      fairlead::v1::Container container;
      const auto status = google::protobuf::util::JsonStringToMessage(line, &container);
      if (!status.ok()) {
        std::cerr << "not a container: " << status.ToString() << "\n";
        return 1;
      }
      agent.Run(container);
    }
    if (!agent.AwaitAcknowledged()) {
      std::cerr << "the server does not acknowledge: " << line << "\n";
      return 1;
    }
    std::cout << "told" << std::endl;
  }
  return 0;
}
