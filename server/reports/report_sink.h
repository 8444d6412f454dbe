#pragma once

#include <memory>
#include <string>

#include "fairlead/v1/report.pb.h"
#include "server/catalog/catalog.h"

namespace fairlead {

// Where the answer to one message of an agent goes. From any thread; at most once. The stream reads
// on when it is answered, not before, so an agent that floods is held back. One that is dropped
// without an answer ends the stream with UNAVAILABLE. May outlive the service: then nothing
// happens.
class ReportReply {
 public:
  virtual ~ReportReply() = default;

  // Ends the stream with the outcome's status if that is not OK, and the stream that it superseded;
  // else tells the agent what it says.
  virtual void Answer(const Catalog::Outcome& outcome) = 0;
};

// Takes what agents report. Called on the service's thread; must not block.
class ReportSink {
 public:
  virtual ~ReportSink() = default;

  // `peer` as gRPC writes it ("ipv4:192.0.2.1:4711"). Of one session the next message comes only
  // after the reply to this one.
  virtual void OnMessage(SessionId session, std::string peer, v1::ReportRequest message,
                         std::shared_ptr<ReportReply> reply) = 0;

  // The stream is over and nothing more comes of it. Once for each session that had a message.
  virtual void OnEnd(SessionId session) = 0;
};

}  // namespace fairlead
