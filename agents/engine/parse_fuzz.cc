// Whatever an engine answers, and whatever DOCKER_HOST says, the parsers take it: nothing crashes,
// and facts keep their bounds. The samples of real engines, cut and bent, are fed to it by
// parse_samples_test.
//   test/fuzz agents/engine:parse_fuzz

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "agents/engine/api_version.h"
#include "agents/engine/container.h"
#include "agents/engine/engine_url.h"
#include "agents/engine/event.h"
#include "agents/engine/image.h"
#include "agents/engine/line_splitter.h"
#include "agents/engine/listing.h"
#include "agents/engine/signal_number.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckInspection(absl::string_view text) {
  const auto inspection = ParseInspection(text);
  if (!inspection.ok()) return;
  const v1::Container& container = inspection->container;
  Require(container.id().size() == 64);
  Require(container.ByteSizeLong() <= 1 << 20);
  Require(container.state() != v1::Container::STATE_UNSPECIFIED);
  Require(inspection->stop_timeout > absl::ZeroDuration());
  for (const v1::Port& port : container.ports()) {
    Require(port.container_port() >= 1 && port.container_port() <= 65535);
    for (const auto& at : port.published()) Require(at.host_port() >= 1 && at.host_port() <= 65535);
  }
}

void CheckImage(absl::string_view text) {
  const auto words = ParseImage(text);
  if (!words.ok()) return;
  Require(words->size() <= 4);
  for (const auto& [word, value] : *words) Require(value.size() <= 4 << 10);
}

void CheckEvents(absl::string_view text) {
  LineSplitter lines(
      1 << 16,
      [](absl::string_view line) {
        const auto event = ParseEvent(line);
        if (event.ok() && event->has_value() && (*event)->kind == Event::Kind::kKilled) {
          Require((*event)->signal >= 1 && (*event)->signal <= 64);
        }
      },
      [] {});
  lines.Take(text.substr(0, text.size() / 2));
  lines.Take(text.substr(text.size() / 2));
}

void CheckWords(absl::string_view text) {
  const auto signal = SignalNumber(text);
  Require(!signal.has_value() || (*signal >= 1 && *signal <= 64));
  ParseApiVersion(text).IgnoreError();
  const auto url = ParseEngineUrl(text, "/certs", "1");
  if (!url.ok()) return;
  Require(url->unix_path.empty() != url->host.empty());
  Require(url->host.empty() || (url->port >= 1 && url->port <= 65535));
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  fairlead::CheckInspection(text);
  fairlead::CheckImage(text);
  fairlead::CheckEvents(text);
  fairlead::CheckWords(text);
  fairlead::ContainerList list;
  list.Take(text).IgnoreError();
  list.End().IgnoreError();
  fairlead::ParseNetworkDrivers(text).IgnoreError();
  return 0;
}
