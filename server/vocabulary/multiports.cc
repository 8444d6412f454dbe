#include "server/vocabulary/multiports.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/vocabulary/host.h"
#include "server/vocabulary/path.h"
#include "server/vocabulary/port.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr size_t kMostReported = 10;
constexpr char kExample[] = "write it as in {\"shop.example\": {\"/\": {\"port\": 8000}}}";

class Reader {
 public:
  Reader(const v1::Container& container, const Said& said, const Place& place)
      : container_(container), said_(said), place_(place) {}

  void Read(const YAML::Node& root) {
    if (!root.IsMap()) {
      Refuse("is no map of hosts, so none is routed", kExample);
      return;
    }
    for (const auto& entry : root) {
      if (!entry.first.IsScalar()) {
        Refuse("has a key that is no text, which is left out", kExample);
        continue;
      }
      const auto host = CheckHost(entry.first.Scalar(), said_, place_, problems_);
      if (host.has_value() && !ReadHost(*host, entry.second)) return;
    }
  }

  Multiports Take(Problems& problems) {
    const size_t reported = std::min(problems_.size(), kMostReported);
    problems.insert(problems.end(), problems_.begin(), problems_.begin() + reported);
    if (reported < problems_.size()) {
      Add(problems, place_, said_.word, Problem::Severity::kError,
          absl::StrCat(problems_.size() - reported, " more things in it are not as they should be"),
          "correct those that are named, and look again");
    }
    Multiports result;
    for (auto& [key, route] : routes_) result.routes.push_back(std::move(route));
    for (auto& [host, settings] : domains_) result.domains.push_back({host, settings});
    // A host all of whose paths were refused is not asked for.
    std::erase_if(result.domains, [&](const DomainRequest& domain) {
      return std::none_of(result.routes.begin(), result.routes.end(),
                          [&](const RouteRequest& route) { return route.host == domain.host; });
    });
    return result;
  }

 private:
  void Refuse(std::string what, std::string cure) {
    Add(problems_, place_, said_.word, Problem::Severity::kError,
        absl::StrCat(said_.word, " ", what), std::move(cure));
  }

  // False: there is no room for more.
  bool ReadHost(const std::string& host, const YAML::Node& node) {
    DomainSettings& settings = domains_[host];
    bool has_paths = false;
    std::vector<std::string> no_paths;
    if (node.IsMap()) {
      for (const auto& entry : node) {
        const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
        if (key == "external_http_port") {
          settings.http_port = Port(entry.second, absl::StrCat(key, " of ", Shown(host)));
        } else if (key == "external_https_port") {
          settings.https_port = Port(entry.second, absl::StrCat(key, " of ", Shown(host)));
        } else if (absl::StartsWith(key, "/")) {
          has_paths = true;
          if (!ReadPath(host, key, entry.second)) return false;
        } else {
          no_paths.push_back(key);
        }
      }
    } else if (!node.IsNull()) {
      Refuse(absl::StrCat("has something else than paths below ", Shown(host),
                          ", which is therefore not routed"),
             kExample);
      return true;
    }
    for (const std::string& key : no_paths) RefuseKey(host, key, has_paths);
    return has_paths || Put({host, "/", DefaultPort(container_), Protocol::kHttp, std::nullopt});
  }

  void RefuseKey(const std::string& host, const std::string& key, bool has_paths) {
    // As with nginx-proxy, a host without paths is asked for whole.
    const char* const instead = has_paths ? "" : "; without any path the host is served at /";
    if (IsPathRegex(key)) {
      Refuse(absl::StrCat("has ", Shown(key), " below ", Shown(host),
                          ", where regular expressions are not taken, so it is left out", instead),
             "write a prefix that starts with '/', or ask for it in a container of its own, as in "
             "VIRTUAL_PATH=~^/(a|b)/");
      return;
    }
    Refuse(absl::StrCat("has ", Shown(key), " below ", Shown(host),
                        ", which is neither a path nor a public port, and is left out", instead),
           "begin paths with '/'; the ports are external_http_port and external_https_port");
  }

  bool ReadPath(const std::string& host, const std::string& key, const YAML::Node& node) {
    const auto path = CheckPath(key, said_, place_, problems_);
    if (!path.has_value()) return true;
    RouteRequest route{host, *path, DefaultPort(container_), Protocol::kHttp, std::nullopt};
    if (!node.IsMap()) {
      if (!node.IsNull()) {
        Refuse(absl::StrCat("has no settings below ", Shown(host + key), " but ",
                            Shown(node.IsScalar() ? node.Scalar() : "a list"),
                            ", so it is not routed"),
               kExample);
        return true;
      }
      return Put(std::move(route));
    }
    for (const auto& entry : node) {
      if (!ReadSetting(entry.first.IsScalar() ? entry.first.Scalar() : "", entry.second, host + key,
                       route)) {
        return true;
      }
    }
    return Put(std::move(route));
  }

  // False: the route is refused.
  bool ReadSetting(const std::string& key, const YAML::Node& node, const std::string& where,
                   RouteRequest& route) {
    const std::string value = node.IsScalar() ? node.Scalar() : "";
    const Said said{said_.word, value};
    if (key == "port") {
      if (node.IsNull() || value.empty()) return true;
      const auto port = Port(node, absl::StrCat("port of ", Shown(where)));
      if (port.has_value()) {
        route.port = *port;
        route.port_said = true;
        NoteUnexposed(container_, *port, said_.word, place_, problems_);
      }
      return port.has_value();
    }
    if (key == "proto") {
      const auto protocol = ParseProtocol(said, place_, problems_);
      if (protocol.has_value()) route.protocol = *protocol;
      return protocol.has_value();
    }
    if (key == "dest") {
      if (value.empty()) return true;
      route.destination = CheckDestination(value, said_, place_, problems_);
      return route.destination.has_value();
    }
    Refuse(absl::StrCat("has ", Shown(key), " below ", Shown(where),
                        ", which is no setting of a path, and is left out"),
           "the settings are port, proto and dest");
    return true;
  }

  std::optional<uint16_t> Port(const YAML::Node& node, const std::string& what) {
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    const auto port = PortNumber(text);
    if (!port.has_value()) {
      Refuse(absl::StrCat("has ", Shown(text), " as the ", what, ", which is no port"),
             "write one number from 1 to 65535, as in 8000");
    }
    return port;
  }

  bool Put(RouteRequest route) {
    if (routes_.size() >= kMostRoutes) {
      Refuse(absl::StrCat("asks for more than the ", kMostRoutes,
                          " paths that one container may ask for; the rest is not routed"),
             "divide them among services");
      return false;
    }
    routes_[{route.host, route.path}] = std::move(route);
    return true;
  }

  const v1::Container& container_;
  const Said& said_;
  const Place& place_;
  Problems problems_;
  std::map<std::pair<std::string, std::string>, RouteRequest> routes_;
  std::map<std::string, DomainSettings> domains_;
};

}  // namespace

Multiports ParseMultiports(const v1::Container& container, const Said& said, const Place& place,
                           Problems& problems) {
  if (said.value.size() > kLongestMultiports) {
    Add(problems, place, said.word, Problem::Severity::kError,
        absl::StrCat(said.word, " is longer than ", kLongestMultiports,
                     " bytes, so its hosts are not routed"),
        "divide it among services");
    return {};
  }
  Reader reader(container, said, place);
  try {
    reader.Read(YAML::Load(said.value));
  } catch (const YAML::Exception& error) {
    Add(problems, place, said.word, Problem::Severity::kError,
        absl::StrCat(said.word, " is neither YAML nor JSON (line ", error.mark.line + 1, ": ",
                     PrintableAscii(error.msg), "), so its hosts are not routed"),
        kExample);
    return {};
  }
  return reader.Take(problems);
}

}  // namespace fairlead
