"""A real Envoy refuses a resource that is valid as far as anybody can tell without it: it alone is kept back.

No Docker: what the proxy gets are static resources.
"""

import json

import pytest

from harness.envoy import Envoy
from harness.fairlead import Server, fails
from harness.wait import eventually

NODE = "nack-1"
TYPE = "type.googleapis.com/envoy."


def cluster(name: str, timeout: str, **more) -> dict:
    return {
        "@type": TYPE + "config.cluster.v3.Cluster",
        "name": name,
        "connect_timeout": timeout,
        **more,
    }


def odd(name: str, timeout: str) -> dict:
    """Of a kind that some Envoy may have, but not this one."""
    return cluster(name, timeout, cluster_type={"name": "example.clusters.odd"})


@pytest.fixture
def server(tmp_path):
    running = Server("127.0.0.1", tmp_path)
    running.start()
    yield running
    running.process.stop()


@pytest.fixture
def envoy(server, tmp_path):
    proxy = Envoy(NODE, server, tmp_path, admin_port=19903)
    proxy.start(wait=False)
    eventually("Envoy is connected", lambda: server.proxy(NODE) is not None)
    yield proxy
    proxy.process.stop()


def put(server: Server, folder, *resources: dict) -> None:
    file = folder / "put.json"
    file.write_text(json.dumps(list(resources)))
    server.text("resources", "put", "--node", NODE, "-f", str(file))


def timeouts(envoy: Envoy) -> dict:
    """Of each dynamic cluster that Envoy has taken."""
    dump = json.loads(envoy.admin("/config_dump?resource=dynamic_active_clusters"))
    return {
        entry["cluster"]["name"]: entry["cluster"]["connect_timeout"]
        for entry in dump.get("configs", [])
        if "cluster" in entry
    }


def sync(server: Server) -> dict:
    """How far Envoy is with its clusters."""
    return next(of for of in server.proxy(NODE)["types"] if of["type"] == "CDS")


def withheld(server: Server) -> dict:
    """The problem of each resource that is kept back."""
    return {
        problem["service"]: problem
        for problem in server.problems()
        if problem.get("proxy") == NODE and "withheld from it alone" in problem["what"]
    }


def test_only_the_culprit_is_kept_back_and_its_last_good_version_stays(server, envoy, tmp_path):
    put(server, tmp_path, cluster("a", "1s"), cluster("b", "1s"))
    eventually("Envoy has both", lambda: timeouts(envoy) == {"a": "1s", "b": "1s"})

    # In one response: a good change, one that is refused, and a new one that is.
    put(server, tmp_path, cluster("a", "2s"), odd("b", "2s"), odd("c", "2s"))
    eventually("both are found", lambda: set(withheld(server)) == {"b", "c"})
    eventually("the rest is taken", lambda: sync(server)["state"] == "ACKED")
    assert timeouts(envoy) == {"a": "2s", "b": "1s"}
    assert int(sync(server)["nacks"]) == 1
    problem = withheld(server)["b"]
    assert problem["word"] == "CDS" and problem["cure"]
    assert "example.clusters.odd" in problem["what"]

    put(server, tmp_path, cluster("a", "3s"))
    eventually("what comes later comes", lambda: timeouts(envoy) == {"a": "3s", "b": "1s"})
    assert set(withheld(server)) == {"b", "c"}

    put(server, tmp_path, cluster("b", "4s"), cluster("c", "4s"))
    eventually(
        "what was corrected comes", lambda: timeouts(envoy) == {"a": "3s", "b": "4s", "c": "4s"}
    )
    eventually("nothing is kept back", lambda: withheld(server) == {})


def test_what_cannot_be_valid_is_refused_before_any_proxy_sees_it(server, tmp_path):
    file = tmp_path / "put.json"
    file.write_text(json.dumps([cluster("a", "1s"), cluster("b", "0s")]))
    words = fails(server.command("resources", "put", "--node", NODE, "-f", str(file)))
    assert "CDS 'b' is not valid" in words
    assert "connect_timeout: it is 0; it must be greater than 0" in words
    assert server.call("resources", "list")["resources"] == []
