#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/compose/service.h"
#include "server/vocabulary/port.h"

namespace fairlead {
namespace {

struct NumberRange {
  uint16_t first = 0;
  uint16_t last = 0;

  int size() const { return last - first + 1; }
};

// "80" or "80-90". False: it is neither.
bool ReadRange(absl::string_view text, NumberRange& range) {
  const std::pair<absl::string_view, absl::string_view> ends =
      absl::StrSplit(text, absl::MaxSplits('-', 1));
  const auto first = PortNumber(ends.first);
  const auto last = absl::StrContains(text, "-") ? PortNumber(ends.second) : first;
  if (!first.has_value() || !last.has_value() || *last < *first) return false;
  range = {*first, *last};
  return true;
}

// Takes what is behind the last colon; without one, all of it.
absl::string_view TakeLast(absl::string_view& text) {
  const size_t colon = text.rfind(':');
  const absl::string_view last = colon == absl::string_view::npos ? text : text.substr(colon + 1);
  text = colon == absl::string_view::npos ? "" : text.substr(0, colon);
  return last;
}

}  // namespace

std::optional<std::vector<ComposePort>> ParseComposePorts(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(text, absl::MaxSplits('/', 1));
  ComposePort port;
  if (!halves.second.empty()) port.protocol = std::string(halves.second);
  if (port.protocol != "tcp" && port.protocol != "udp" && port.protocol != "sctp") {
    return std::nullopt;
  }
  absl::string_view left = halves.first;
  NumberRange container;
  if (!ReadRange(TakeLast(left), container)) return std::nullopt;
  const absl::string_view host_text = TakeLast(left);
  NumberRange host;
  if (!host_text.empty() && !ReadRange(host_text, host)) return std::nullopt;
  if (absl::ConsumePrefix(&left, "[")) absl::ConsumeSuffix(&left, "]");
  port.host_ip = std::string(left);
  // Of a range for one port the engine chooses one.
  const bool is_chosen = host_text.empty() || (container.size() == 1 && host.size() > 1);
  if (!is_chosen && host.size() != container.size()) return std::nullopt;
  std::vector<ComposePort> ports;
  for (int i = 0; i < container.size(); ++i) {
    port.container_port = static_cast<uint16_t>(container.first + i);
    port.host_port = is_chosen ? uint16_t{0} : static_cast<uint16_t>(host.first + i);
    ports.push_back(port);
  }
  return ports;
}

}  // namespace fairlead
