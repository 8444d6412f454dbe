#pragma once

namespace fairlead {

// How much a service has to say of what it shares with others: those that run are heard first.
enum class Standing {
  kRuns,     // it has an endpoint, whatever its health
  kStopped,  // its containers are there and none is an endpoint, or are not told of yet since the
             // server started: it may run again at any moment
  kGone,     // its last container went
};

}  // namespace fairlead
