#include "clients/cli/help.h"

namespace fairlead {

const CommandWords kResourcesWords = {
    "resources", "xDS resources of your own, beside those of containers",
    "fairlead resources COMMAND [flags]",
    R"(Static resources are xDS resources that you give, for one proxy (--node), the proxies
of a group (--group) or all (--all). Of one name the proxy's wins over its group's,
that over the one for all, and that over what is derived from containers. They stay
when the server restarts.

A proxy whose bootstrap names no group, and a group without derived routes, are sent
their static resources and nothing else.)",
    R"(  fairlead resources put --node edge-1 -f edge.yaml
  fairlead resources list
  fairlead resources get --node edge-1 >edge.yaml
  fairlead resources delete --node edge-1 clusters legacy)"};

const CommandWords kResourcesPutWords = {
    "put",
    "put what is in a file",
    "fairlead resources put (--node ID | --group GROUP | --all) -f FILE [flags]",
    R"(Puts clusters, endpoints, listeners, routes and secrets: all that the file has, or
nothing. A resource takes the place of the one of its type and name. The file is a
list, in YAML or JSON, in the words of Envoy's v3 API.

What is referred to and not there is reported, and does not hinder.)",
    R"(  A cluster with a fixed address:
    fairlead resources put --node edge-1 -f - <<END
    - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
      name: legacy
      type: STATIC
      load_assignment:
        cluster_name: legacy
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.9, port_value: 80}}}
    END

  From now on the clusters, listeners and so on are exactly these:
    fairlead resources put --node edge-1 --replace --version 42 -f edge.yaml)",
    true};

const CommandWords kResourcesDeleteWords = {
    "delete",
    "delete some by type and name",
    "fairlead resources delete (--node ID | --group GROUP | --all) TYPE NAME... [flags]",
    R"(Deletes static resources of one type: clusters, endpoints, listeners, routes or
secrets. If one of the names is not there, nothing is deleted (exit code 3).)",
    "  fairlead resources delete --group edge listeners tcp-5432",
    true};

const CommandWords kResourcesListWords = {
    "list",
    "what there is, and what it overrides",
    "fairlead resources list [--node ID | --group GROUP | --all] [flags]",
    R"(Lists the static resources. VERSION is what they were put with, or the beginning of a
hash of the content. OVERRIDES says whose resource of that name it hides from some
proxy: a derived one, one for all proxies, one for a group. DANGLING are resources
that it refers to and that proxies are not sent.)",
    R"(  fairlead resources list
  fairlead resources list --group edge -o wide)",
    true};

const CommandWords kResourcesGetWords = {
    "get",
    "what there is, as 'put' takes it",
    "fairlead resources get (--node ID | --group GROUP | --all) [TYPE [NAME]] [flags]",
    R"(Prints static resources as 'fairlead resources put' takes them: YAML, or JSON with
-o json. Private keys, passwords and the like are [redacted]; put them in again before
you put such a file.)",
    R"(  fairlead resources get --node edge-1 >edge.yaml
  fairlead resources get --all clusters legacy -o json)",
    true};

const CommandWords kProxyConfigWords = {
    "proxy-config",
    "what one proxy has been sent",
    "fairlead proxy-config NODE [clusters|endpoints|routes|listeners|secrets] [flags]",
    R"(Lists what the proxy with that node id has been sent and not told to drop.

  ACKED    the proxy took it up
  SENT     it was sent and is not answered yet
  NACKED   it was refused with everything that went with it; what the proxy had before
           stands

-o json and -o yaml show the content too. Private keys, passwords and the like are
[redacted].)",
    R"(  fairlead proxy-config edge-1 clusters
  fairlead proxy-config edge-1 routes -o yaml)",
    true};

}  // namespace fairlead
