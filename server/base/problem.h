#pragma once

#include <string>
#include <tuple>
#include <vector>

namespace fairlead {

// Where something is wrong. What does not apply is empty.
struct Place {
  std::string host;       // the host's id
  std::string container;  // the container's name (its id while it has no name)
  std::string word;       // the variable or label, such as VIRTUAL_PORT
  std::string proxy;      // a node id
  std::string service;    // a service, a pool or a route

  friend bool operator==(const Place& a, const Place& b) { return a.Key() == b.Key(); }
  friend bool operator<(const Place& a, const Place& b) { return a.Key() < b.Key(); }

 private:
  std::tuple<const std::string&, const std::string&, const std::string&, const std::string&,
             const std::string&>
  Key() const {
    return {host, container, service, word, proxy};
  }
};

// Something wrong with what a user asked for: never a failure of ours (those are absl::Status).
struct Problem {
  enum class Severity {
    kNotice,  // worth knowing; everything works as asked
    kError,   // something that was asked for does not work
  };

  Place place;
  Severity severity = Severity::kError;
  std::string what;  // what is wrong, and what follows: "'80a' is not a port, so the container gets
                     // no traffic"
  std::string cure;  // what to do: "write a number from 1 to 65535, as in VIRTUAL_PORT=8000"

  friend bool operator==(const Problem& a, const Problem& b) {
    return a.place == b.place && a.severity == b.severity && a.what == b.what && a.cure == b.cure;
  }
};

using Problems = std::vector<Problem>;

// The problems of one source as they are now; replaces whatever that source had before. Empty: none
// any more.
struct ProblemsOf {
  std::string source;  // such as "container 4f5a..." or "pool shop/web:8000"
  Problems problems;
};

}  // namespace fairlead
