#pragma once

#include "fairlead/v1/admin.grpc.pb.h"
#include "server/server.h"
#include "test/feature/xds_client.h"

namespace fairlead {

// That nothing more comes is seen without waiting for a time: an operator is told how many messages
// of a stream the server has taken and sent.

// The stream of that client as an operator sees it; empty if there is none.
v1::Proxy ProxyOf(const Server& server, const XdsClient& client);
v1::TypeSync SyncOf(const Server& server, const XdsClient& client, Type type);

// Reads and ACKs until the server has taken all that the client sent and has nothing more to say.
void Settle(const Server& server, XdsClient& client);

// The server has taken all that the client sent, and has sent nothing that the client has not read.
void ExpectSilence(const Server& server, XdsClient& client);

// Waits until the operator sees that.
void AwaitState(const Server& server, const XdsClient& client, Type type,
                v1::TypeSync::State state);

}  // namespace fairlead
