#include "server/vocabulary/port.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr uint16_t kDefaultPort = 80;
constexpr int kMostListed = 5;

// "8000/tcp, 8443/tcp and 3 more"
std::string Exposed(const v1::Container& container) {
  std::vector<std::string> ports;
  for (const v1::Port& port : container.ports()) {
    if (ports.size() == kMostListed) break;
    ports.push_back(PrintableAscii(absl::StrCat(port.container_port(), "/", port.protocol())));
  }
  const int more = container.ports_size() - static_cast<int>(ports.size());
  return absl::StrCat(absl::StrJoin(ports, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

bool Exposes(const v1::Container& container, uint16_t number) {
  return std::any_of(container.ports().begin(), container.ports().end(), [&](const auto& port) {
    return port.container_port() == number && port.protocol() == "tcp";
  });
}

// What a container exposes says nothing where it has no network of its own.
bool HasOwnPorts(const v1::Container& container) {
  return container.ports_size() > 0 && container.network_mode() != "host" &&
         !absl::StartsWith(container.network_mode(), "container:");
}

}  // namespace

std::optional<uint16_t> PortNumber(absl::string_view text) {
  uint32_t number = 0;
  if (text.empty() || text.size() > 5 || text[0] == '0') return std::nullopt;
  if (text.find_first_not_of("0123456789") != absl::string_view::npos) return std::nullopt;
  if (!absl::SimpleAtoi(text, &number) || number > 65535) return std::nullopt;
  return static_cast<uint16_t>(number);
}

std::optional<uint16_t> ChoosePort(const v1::Container& container, const Place& place,
                                   Problems& problems) {
  const auto said = Find(container, "VIRTUAL_PORT", "fairlead.port");
  if (said.has_value() && !said->value.empty()) {
    const auto port = PortNumber(said->value);
    if (!port.has_value()) {
      Add(problems, place, said->word, Problem::Severity::kError,
          absl::StrCat(Shown(said->value), " is not a port, so the container gets no traffic"),
          "write one number from 1 to 65535, as in VIRTUAL_PORT=8000");
      return std::nullopt;
    }
    NoteUnexposed(container, *port, said->word, place, problems);
    return port;
  }
  const uint16_t port = DefaultPort(container);
  if (said.has_value()) {
    Add(problems, place, said->word, Problem::Severity::kNotice,
        absl::StrCat(said->word, " is empty, so it counts as not set: port ", port, " is used"),
        "leave it out, or write a number, as in VIRTUAL_PORT=8000");
  }
  NoteUnexposed(container, port, "", place, problems);
  return port;
}

uint16_t DefaultPort(const v1::Container& container) {
  if (container.ports_size() != 1) return kDefaultPort;
  const uint32_t sole = container.ports(0).container_port();
  return sole >= 1 && sole <= 65535 ? static_cast<uint16_t>(sole) : kDefaultPort;
}

void NoteUnexposed(const v1::Container& container, uint16_t port, const std::string& word,
                   const Place& place, Problems& problems) {
  if (!HasOwnPorts(container) || Exposes(container, port)) return;
  const bool asked = !word.empty();
  Add(problems, place, asked ? word : "VIRTUAL_PORT", Problem::Severity::kNotice,
      absl::StrCat(asked ? "" : "no port is asked for, so requests go to ", "port ", port,
                   asked ? " is not exposed by the container, which exposes "
                         : ", which the container does not expose (it exposes ",
                   Exposed(container), asked ? "" : ")",
                   "; requests are refused unless something listens there"),
      asked ? absl::StrCat("expose ", port, ", or ask for the port that the container listens on")
            : "name the port that the container listens on, as in VIRTUAL_PORT=8000");
}

}  // namespace fairlead
