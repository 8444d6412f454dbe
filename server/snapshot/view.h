#pragma once

#include <string>
#include <tuple>
#include <vector>

namespace fairlead {

// Where a proxy stands, as far as it decides what the proxy is sent. Proxies with equal views share
// one snapshot.
struct View {
  std::string group;  // the set of proxies that get the same listeners
  std::string host;   // id of the Docker host that it stands on; empty: outside
  std::vector<std::string>
      networks;      // sorted; empty: the host's own network, from which every bridge is reached
  std::string zone;  // for preferring near endpoints; empty if unknown
  std::string node;  // the proxy's id, only if it has static resources of its own

  friend bool operator==(const View& a, const View& b) { return a.Key() == b.Key(); }
  template <typename Hash>
  friend Hash AbslHashValue(Hash state, const View& view) {
    return Hash::combine(std::move(state), view.Key());
  }

 private:
  std::tuple<const std::string&, const std::string&, const std::vector<std::string>&,
             const std::string&, const std::string&>
  Key() const {
    return {group, host, networks, zone, node};
  }
};

}  // namespace fairlead
