#include "server/resources/public_port.h"

#include "absl/strings/str_cat.h"

namespace fairlead {

uint16_t PublicPortOf(const std::string& domain, uint16_t asked, const PublicPortGround& ground,
                      absl::optional<Problem>& problem) {
  const bool is_taken = asked == ground.taken;
  const bool has_room = asked == ground.own || ground.is_there || ground.others < kMostPublicPorts;
  if (!is_taken && has_room) return asked;
  problem.emplace();
  problem->place.service = domain;
  problem->place.word = ground.word;
  problem->what = absl::StrCat(
      "port ", asked,
      is_taken
          ? " is the one at which proxies serve the other of http and https"
          : absl::StrCat(" is one more than the ", kMostPublicPorts, " that proxies listen at"),
      ", so the host is served at port ", ground.own);
  problem->cure = is_taken ? "ask for another port, or for none"
                           : "let hosts share a port: requests are told apart by their host";
  return ground.own;
}

}  // namespace fairlead
