"""Envoy itself takes every golden resource of server/resources. No Docker.

The parts of TLS (tls_*, quic, secret_*) are in test_tls_settings.py: their files hold no certificates.
"""

import json
import subprocess

import pytest

from harness import paths

GOLDEN = paths.TOP / "server" / "resources" / "golden"
TYPE = "type.googleapis.com/envoy."
# Whom Envoy would ask for routes, endpoints and secrets; it asks nobody while it validates.
SERVER = {"api_type": "GRPC", "grpc_services": [{"envoy_grpc": {"cluster_name": "xds"}}]}
XDS = {
    "name": "xds",
    "type": "STATIC",
    "connect_timeout": "1s",
    "http2_protocol_options": {},
}


def filters() -> list:
    """Those that listeners have: routes speak to them."""
    listener = json.loads((GOLDEN / "listener_http_plain.json").read_text())
    return listener["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]


def listener_with(routes: dict) -> dict:
    manager = {
        "@type": TYPE
        + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "x",
        "route_config": routes,
        "http_filters": filters(),
    }
    return {
        "name": "x",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 10080}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def cluster_with(assignment: dict) -> dict:
    return {
        "name": assignment["cluster_name"],
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": assignment,
    }


# What a golden file holds, by the first word of its name, and where that has its place in a bootstrap.
KINDS = {
    "listener": lambda listener: {"listeners": [listener]},
    "cluster": lambda cluster: {"clusters": [cluster]},
    "assignment": lambda assignment: {"clusters": [cluster_with(assignment)]},
    "routes": lambda routes: {"listeners": [listener_with(routes)]},
}
ELSEWHERE = ("tls", "quic", "secret")


def kind_of(name: str) -> str:
    return name.partition(".")[0].partition("_")[0]


FILES = sorted(path.name for path in GOLDEN.glob("*.json"))


def test_no_golden_file_is_left_out():
    assert {kind_of(name) for name in FILES} == {*KINDS, *ELSEWHERE}


@pytest.mark.parametrize("golden", [name for name in FILES if kind_of(name) not in ELSEWHERE])
def test_envoy_takes_it(golden, tmp_path):
    static = KINDS[kind_of(golden)](json.loads((GOLDEN / golden).read_text()))
    static["clusters"] = [XDS, *static.get("clusters", [])]
    bootstrap = {
        "node": {"id": "x", "cluster": "x"},
        "dynamic_resources": {"ads_config": SERVER},
        "static_resources": static,
    }
    file = tmp_path / "envoy.json"
    file.write_text(json.dumps(bootstrap))
    done = subprocess.run(
        [paths.envoy(), "--mode", "validate", "-c", str(file), "-l", "error"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
