#include "clients/cli/bootstrap_flags.h"

#include <string>

namespace fairlead {
namespace {

Flags::Assign Name(std::string* value) {
  return [value](const std::string& text) {
    *value = text;
    return CheckName(text);
  };
}

void AddNode(Flags& flags, Bootstrap* bootstrap) {
  flags.Add("--xds", "ADDR", "Where the proxy reaches the server's xDS port. Required.", "",
            [bootstrap](const std::string& text) {
              const absl::StatusOr<HostPort> address = ParseHostPort(text);
              if (address.ok()) bootstrap->xds = *address;
              return address.status();
            });
  flags.Add("--node-id", "ID", "The proxy's name: one of its own for each proxy. Required.", "",
            Name(&bootstrap->node_id));
  flags.Add("--group", "GROUP", "Proxies of one group get the same listeners; without, 'default'.",
            "", Name(&bootstrap->group));
  flags.Add("--host", "HOST",
            "The Docker host (its id in 'fairlead hosts') that the proxy stands on; without, it "
            "stands outside.",
            "", Name(&bootstrap->host));
  flags.Add("--networks", "N,...",
            "The Docker networks of that host that the proxy is in; without, it is in the host's "
            "own network and reaches every bridge.",
            &bootstrap->networks, CheckName);
  flags.Add("--zone", "ZONE", "The zone that it stands in: endpoints there are preferred.", "",
            Name(&bootstrap->zone));
}

void AddEnvoy(Flags& flags, Bootstrap* bootstrap) {
  flags.Add("--admin-port", "PORT", "Serve Envoy's admin page on this port of 127.0.0.1.", "",
            [bootstrap](const std::string& text) {
              const absl::StatusOr<HostPort> address = ParseHostPort("127.0.0.1:" + text);
              if (!address.ok()) {
                return absl::InvalidArgumentError("write a number from 1 to 65535");
              }
              bootstrap->admin_port = address->port;
              return absl::OkStatus();
            });
  flags.Add("--variant", "VARIANT", "Of the protocol: delta, or sotw (state of the world).",
            "delta", [bootstrap](const std::string& text) {
              const bool delta = text == "delta";
              if (!delta && text != "sotw") {
                return absl::InvalidArgumentError("write delta or sotw");
              }
              bootstrap->variant =
                  delta ? Bootstrap::Variant::kDelta : Bootstrap::Variant::kStateOfTheWorld;
              return absl::OkStatus();
            });
}

void AddTls(Flags& flags, Bootstrap::Tls* tls) {
  flags.VariablePrefix("PROXY_");
  flags.Add("--tls-cert", "FILE",
            "The proxy's certificate, as a path on its machine. TLS is used when it, --tls-key and "
            "--tls-ca are given.",
            &tls->certificate_file);
  flags.Add("--tls-key", "FILE", "The private key of --tls-cert.", &tls->key_file);
  flags.Add("--tls-ca", "FILE", "The authorities that the server's certificate may come from.",
            &tls->authorities_file);
}

}  // namespace

void AddBootstrapFlags(Flags& flags, bool envoy, Bootstrap* bootstrap) {
  AddNode(flags, bootstrap);
  if (envoy) AddEnvoy(flags, bootstrap);
  AddTls(flags, &bootstrap->tls);
}

absl::Status CheckBootstrap(const Bootstrap& bootstrap) {
  if (bootstrap.xds.port == 0) {
    return absl::InvalidArgumentError(
        "--xds is missing; write where the proxy reaches the server, as in --xds 127.0.0.1:18000");
  }
  if (bootstrap.node_id.empty()) {
    return absl::InvalidArgumentError(
        "--node-id is missing; give the proxy a name of its own, as in --node-id edge-1");
  }
  if (!bootstrap.networks.empty() && bootstrap.host.empty()) {
    return absl::InvalidArgumentError(
        "--networks says nothing without --host: networks are those of a Docker host");
  }
  const Bootstrap::Tls& tls = bootstrap.tls;
  const int files = static_cast<int>(!tls.certificate_file.empty()) +
                    static_cast<int>(!tls.key_file.empty()) +
                    static_cast<int>(!tls.authorities_file.empty());
  if (files != 0 && files != 3) {
    return absl::InvalidArgumentError(
        "TLS needs --tls-cert, --tls-key and --tls-ca together; at least one of them is missing");
  }
  return absl::OkStatus();
}

}  // namespace fairlead
