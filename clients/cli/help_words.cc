#include "clients/cli/help.h"

namespace fairlead {

const CommandWords kFairleadWords = {
    "fairlead", "", "fairlead [flags] COMMAND",
    R"(Shows what a fairlead-server knows and does: the Docker hosts, the services that
their containers make, the proxies that follow them, and what is wrong.

A flag wins over its variable, and a variable over the default. Listings are for
people; with -o json they are for programs, and their form is stable.)",
    R"(  fairlead services                           what is routed, and how healthy it is
  fairlead problems                           what is wrong, and what to do about it
  fairlead --server 10.0.0.5:18002 proxies    has every proxy taken the last change up?
  fairlead explain http://shop.example/api    what such a request would get, and why
  fairlead endpoints shop/web -o json | jq    for programs
  fairlead bootstrap envoy --xds 127.0.0.1:18000 --node-id edge-1 >envoy.yaml
  fairlead check docker-compose.yml           what its containers would do, before they start
  fairlead resources put --node edge-1 -f extra.yaml
                                              resources of your own, beside the derived

Exit codes:
  0 done   1 error   2 wrong usage   3 not found   4 server unreachable
  5 not allowed   6 timeout   130 interrupted (Ctrl-C))"};

const CommandWords kHostsWords = {"hosts",
                                  "Docker hosts, and whether their agents are heard",
                                  "fairlead hosts [flags]",
                                  R"(Lists the Docker hosts whose agents have reported.

STATE is one of
  CONNECTED      its agent is connected and has reported
  STALE          known from before the server's restart; its agent is not back yet
  DISCONNECTED   its agent's connection is gone; its endpoints stand as they were
  SILENT         silent for too long; its endpoints are sent as UNHEALTHY where
                 there are others
  KEPT           silent for very long; kept because it has the last endpoints of a
                 service
ENGINE is the Docker Engine's version, or LOST while the agent does not reach it;
HEARD is how long ago the agent was last heard.)",
                                  R"(  fairlead hosts
  fairlead hosts -o wide                      with zone, and versions of agent and API
  fairlead hosts -o json | jq -r '.hosts[] | select(.state != "CONNECTED") | .id')",
                                  true};

const CommandWords kServicesWords = {
    "services",
    "what is routed, and how healthy it is",
    "fairlead services [NAME] [flags]",
    R"(Lists the services: the containers of one Compose project and service, on all
hosts. Counts are of endpoints (container and port), by the health that proxies
are sent.)",
    R"(  fairlead services
  fairlead services shop/web                  only this one (exit code 3 if there is none)
  fairlead services -o wide                   with the cluster names)",
    true};

const CommandWords kEndpointsWords = {
    "endpoints",
    "each container that takes requests, its address and health",
    "fairlead endpoints [NAME] [flags]",
    R"(Lists the endpoints, of all services or of the service or cluster NAME.

HEALTH is one of
  HEALTHY     gets requests
  UNHEALTHY   gets none: its HEALTHCHECK fails, it is paused, or its host is silent
  DRAINING    stopping: no new requests
  STARTING    its HEALTHCHECK has not passed yet; not sent to any proxy
ADDRESS is the preferred one; a proxy elsewhere may be sent another (-o wide).)",
    R"(  fairlead endpoints
  fairlead endpoints shop/web                 of a service
  fairlead endpoints shop/web:8000 -o wide    of a cluster, with all addresses)",
    true};

const CommandWords kProxiesWords = {
    "proxies",
    "connected proxies, and what they took up",
    "fairlead proxies [flags]",
    R"(Lists the connected proxies (xDS clients), with their state for each type of
resource: CDS clusters, EDS endpoints, LDS listeners, RDS routes.

  ACKED      took up everything that was sent
  SENT       was sent something that it has not answered yet
  NACKED     refused the last that was sent, and goes on with what it had; its own
             words stand below the table
  NOT SENT   asked, and was sent nothing yet; below the table why, where it is known
  WAITS      is sent nothing of any type yet; below the table what for
  -          did not ask for this type)",
    R"(  fairlead proxies
  fairlead proxies -o wide                    with address, protocol variant, round trip)",
    true};

const CommandWords kProblemsWords = {
    "problems",
    "what is wrong with what was asked for, and the cure",
    "fairlead problems [flags]",
    R"(Lists what is wrong with what containers and proxies ask for: where it is, what
follows from it, and what to do about it. An ERROR is something that does not work;
a NOTICE is worth knowing. The exit code is 0 in any case.)",
    R"(  fairlead problems
  fairlead problems -o json | jq -e '[.problems[]? | select(.severity == "ERROR")] == []'
                                              for scripts: fails if there are errors)",
    true};

const CommandWords kWatchWords = {
    "watch",
    "changes as they happen",
    "fairlead watch [flags]",
    R"(Prints a line for each change of a host, an endpoint, a route, a proxy or a problem,
from now on, until Ctrl-C (exit code 130). With -o json each line is an object.)",
    R"(  fairlead watch
  fairlead watch --for 30s                    ends by itself, with exit code 0
  fairlead watch --count 1                    waits for the next change)",
    true};

const CommandWords kBootstrapWords = {
    "bootstrap", "the configuration that starts a proxy", "fairlead bootstrap COMMAND [flags]",
    R"(Prints the little that a proxy must be told before it can ask the server for the
rest: where the server is, and where the proxy itself stands. Asks no server.)",
    R"(  fairlead bootstrap envoy --xds 127.0.0.1:18000 --node-id edge-1 >envoy.yaml
  fairlead bootstrap grpc --xds 127.0.0.1:18000 --node-id client-1 >bootstrap.json)"};

const CommandWords kBootstrapEnvoyWords = {
    "envoy", "YAML for 'envoy -c FILE'", "fairlead bootstrap envoy --xds ADDR --node-id ID [flags]",
    R"(Prints a bootstrap for Envoy, in YAML.

Say with --host on which Docker host the Envoy stands: it is then sent the
containers' own addresses there. Without, it stands outside of every host and is
sent published ports.)",
    R"(  An Envoy in the network of the host 'h1':
    fairlead bootstrap envoy --xds 10.0.0.5:18000 --node-id edge-1 --host h1 >envoy.yaml
    envoy -c envoy.yaml

  In a container on 'h1' that is only in the network 'shop_default':
    fairlead bootstrap envoy --xds fairlead:18000 --node-id edge-2 --host h1 \
      --networks shop_default >envoy.yaml)"};

const CommandWords kBootstrapGrpcWords = {
    "grpc", "JSON for gRPC clients (GRPC_XDS_BOOTSTRAP)",
    "fairlead bootstrap grpc --xds ADDR --node-id ID [flags]",
    R"(Prints a bootstrap for gRPC clients that speak xDS themselves, in JSON. They then call
a service by its name: xds:///shop/web. With TLS a client needs the credentials
type "tls" in its bootstrap (gRPC proposal A65).)",
    R"(  fairlead bootstrap grpc --xds 127.0.0.1:18000 --node-id client-1 --host h1 >bootstrap.json
  GRPC_XDS_BOOTSTRAP=bootstrap.json my-client xds:///shop/web)"};

const CommandWords kVersionWords = {"version", "this program's version", "fairlead version",
                                    "Prints the version of this program.", ""};

}  // namespace fairlead
