"""What is refused before any proxy sees it is what Envoy's own `--mode validate` refuses, and nothing else."""

import json
import subprocess

import pytest

from harness import paths
from harness.fairlead import Server

TYPE = "type.googleapis.com/envoy."


def router(name: str) -> dict:
    return {
        "name": name,
        "typed_config": {"@type": TYPE + "extensions.filters.http.router.v3.Router"},
    }


def chain(*filters: dict, virtual_hosts=(), **more) -> dict:
    config = {
        "@type": TYPE
        + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "x",
        "route_config": {"name": "r", "virtual_hosts": list(virtual_hosts)},
        "http_filters": list(filters) or [router("router")],
        **more,
    }
    return {"filters": [{"name": "http", "typed_config": config}]}


def listener(address="127.0.0.1", **more) -> dict:
    resource = {
        "@type": TYPE + "config.listener.v3.Listener",
        "name": "l",
        "filter_chains": [chain()],
        **more,
    }
    if address:
        resource["address"] = {"socket_address": {"address": address, "port_value": 19999}}
    return resource


def routes(*virtual_hosts: dict) -> dict:
    return listener(filter_chains=[chain(virtual_hosts=virtual_hosts)])


def virtual_host(name: str, *domains: str, **route) -> dict:
    found = {"match": {"prefix": "/"}, "direct_response": {"status": 200}, **route}
    return {"name": name, "domains": list(domains), "routes": [found]}


def cluster(kind="STATIC", address="", **more) -> dict:
    resource = {"@type": TYPE + "config.cluster.v3.Cluster", "name": "c", "type": kind, **more}
    if address:
        socket = {"socket_address": {"address": address, "port_value": 1}}
        resource["load_assignment"] = {
            "cluster_name": "c",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": socket}}]}],
        }
    return resource


def of_endpoint(endpoint: dict, kind="STATIC") -> dict:
    assignment = {"cluster_name": "c", "endpoints": [{"lb_endpoints": [endpoint]}]}
    return cluster(kind, load_assignment=assignment)


EDS = {"eds_cluster_config": {"eds_config": {"path_config_source": {"path": "/dev/null"}}}}
CASES = {
    "all is well": listener(),
    "a domain twice": routes(virtual_host("a", "A.example"), virtual_host("b", "a.example")),
    "a virtual host's name twice": routes(virtual_host("a", "a"), virtual_host("a", "b")),
    "an empty domain": routes(virtual_host("a", "")),
    "no domain": routes(virtual_host("a")),
    "a line break in a domain": routes(virtual_host("a", "a\nb")),
    "a regular expression": routes(
        virtual_host("a", "a", match={"safe_regex": {"regex": "/a|/b"}})
    ),
    "one of Perl's": routes(virtual_host("a", "a", match={"safe_regex": {"regex": "/a(?=b)"}})),
    "a status that is none": routes(virtual_host("a", "a", direct_response={"status": 20})),
    "no match": routes(virtual_host("a", "a", match={})),
    "a router that is not the last": listener(filter_chains=[chain(router("a"), router("b"))]),
    "no stat_prefix": listener(filter_chains=[chain(stat_prefix="")]),
    "no address": listener(None),
    "no filter chains": listener(filter_chains=[]),
    "an empty filter chain": listener(filter_chains=[{}]),
    "only a default filter chain": listener(filter_chains=[], default_filter_chain=chain()),
    "two filter chains for the same": listener(
        filter_chains=[{"name": "a", **chain()}, {"name": "b", **chain()}]
    ),
    "a listener at a name": listener("localhost"),
    "a listener of an interface": listener("fe80::1%lo"),
    "an EDS cluster": cluster("EDS", **EDS),
    "an EDS cluster of nowhere": cluster("EDS"),
    "an EDS cluster with endpoints": cluster("EDS", "127.0.0.1", **EDS),
    "a static cluster": cluster("STATIC", "127.0.0.1"),
    "a static cluster with a name": cluster("STATIC", "web"),
    "a static cluster without endpoints": cluster("STATIC"),
    "a cluster to resolve": cluster("STRICT_DNS", "web"),
    "a cluster to resolve, without endpoints": cluster("STRICT_DNS"),
    "a logical cluster without endpoints": cluster("LOGICAL_DNS"),
    "an original destination": cluster("ORIGINAL_DST", lb_policy="CLUSTER_PROVIDED"),
    "an original destination, balanced": cluster("ORIGINAL_DST"),
    "a static cluster, balanced by itself": cluster("STATIC", lb_policy="CLUSTER_PROVIDED"),
    "an endpoint without an address": of_endpoint({"endpoint": {}}),
    "an endpoint of nothing": of_endpoint({}),
    "a weight of nothing": of_endpoint({"endpoint": {}, "load_balancing_weight": 0}, "STRICT_DNS"),
    "no time to connect": cluster(connect_timeout="0s"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server("127.0.0.1", tmp_path_factory.mktemp("validation"))
    running.start()
    yield running
    running.process.stop()


def envoy_takes(resource: dict, folder) -> bool:
    content = {name: value for name, value in resource.items() if name != "@type"}
    kind = "listeners" if resource["name"] == "l" else "clusters"
    bootstrap = folder / "bootstrap.json"
    bootstrap.write_text(
        json.dumps({"node": {"id": "n", "cluster": "c"}, "static_resources": {kind: [content]}})
    )
    command = [paths.envoy(), "--mode", "validate", "-l", "off", "-c", str(bootstrap)]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0


def server_takes(server: Server, resource: dict) -> bool:
    command = server.command("resources", "put", "--node", "n", "-f", "-")
    done = subprocess.run(
        command, input=json.dumps([resource]), stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 0 or "is not valid, so no client would take it" in done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("case", CASES)
def test_the_server_and_envoy_agree(server, tmp_path, case):
    assert server_takes(server, CASES[case]) == envoy_takes(CASES[case], tmp_path)
