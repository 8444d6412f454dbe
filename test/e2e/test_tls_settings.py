"""Envoy itself finds right what TLS settings and secrets come to: the golden files of server/resources. No Docker."""

import json
import subprocess

import pytest

from harness import paths
from harness.certificates import Authority

GOLDEN = paths.TOP / "server" / "resources" / "golden"
TYPE = "type.googleapis.com/envoy."


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def listener(context: dict) -> dict:
    proxy = {
        "@type": TYPE + "extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": "x",
        "cluster": "none",
    }
    tls = {"@type": TYPE + "extensions.transport_sockets.tls.v3.DownstreamTlsContext", **context}
    return {
        "name": "tls",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 10443}},
        "filter_chains": [
            {
                "filters": [{"name": "tcp", "typed_config": proxy}],
                "transport_socket": {"name": "tls", "typed_config": tls},
            }
        ],
    }


def validate(folder, a_listener: dict) -> None:
    resources = {
        "listeners": [a_listener],
        "clusters": [{"name": "none", "type": "STATIC", "connect_timeout": "1s"}],
    }
    file = folder / "envoy.json"
    # Who asks for routes says who it is.
    bootstrap = {
        "node": {"id": "x", "cluster": "x"},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "GRPC",
                "grpc_services": [{"envoy_grpc": {"cluster_name": "none"}}],
            }
        },
        "static_resources": resources,
    }
    file.write_text(json.dumps(bootstrap))
    done = subprocess.run(
        [paths.envoy(), "--mode", "validate", "-c", str(file), "-l", "error"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout


def certificate(authority, folder) -> dict:
    pair = authority.issue(["shop.example"])
    secret = json.loads((GOLDEN / "secret_certificate.json").read_text())["tls_certificate"]
    secret["certificate_chain"]["inline_string"] = pair.certificate.read_text()
    secret["private_key"]["inline_string"] = pair.key.read_text()
    return secret


def with_secrets(context: dict, pair: dict, clients: dict) -> dict:
    """With the secrets in place of their names: there is no server to ask."""
    common = context["common_tls_context"]
    del common["tls_certificate_sds_secret_configs"]
    common["tls_certificates"] = [pair]
    if common.pop("validation_context_sds_secret_config", None):
        common["validation_context"] = clients
    combined = common.pop("combined_validation_context", None)
    if combined:
        common["validation_context"] = {**clients, **combined["default_validation_context"]}
    return context


def clients_of(name: str, authority) -> dict:
    context = json.loads((GOLDEN / name).read_text())["validation_context"]
    if "trusted_ca" in context:
        context["trusted_ca"]["inline_string"] = authority.certificate.read_text()
    if "crl" in context:
        context["crl"]["inline_string"] = authority.revocations().decode()
    return context


def test_envoy_takes_the_settings_of_quic(authority, tmp_path):
    socket = json.loads((GOLDEN / "quic.json").read_text())
    context = socket["typed_config"]["downstream_tls_context"]
    common = context["common_tls_context"]
    assert common.pop("tls_certificate_sds_secret_configs")
    common["tls_certificates"] = [certificate(authority, tmp_path)]
    quic = json.loads((GOLDEN / "listener_http3.json").read_text())
    chain = quic.pop("default_filter_chain")
    chain["transport_socket"] = socket
    quic["filter_chains"] = [chain]
    validate(tmp_path, quic)


@pytest.mark.parametrize("golden", sorted(path.name for path in GOLDEN.glob("tls_*.json")))
def test_envoy_takes_the_settings(golden, authority, tmp_path):
    context = json.loads((GOLDEN / golden).read_text())
    pair = certificate(authority, tmp_path)
    clients = clients_of("secret_authorities.json", authority)
    validate(tmp_path, listener(with_secrets(context, pair, clients)))


@pytest.mark.parametrize(
    "golden", ["secret_authorities_for_all.json", "secret_authorities_nobody.json"]
)
def test_envoy_takes_the_authorities_of_clients(golden, authority, tmp_path):
    context = json.loads((GOLDEN / "tls_clients_required.json").read_text())
    pair = certificate(authority, tmp_path)
    clients = clients_of(golden, authority)
    validate(tmp_path, listener(with_secrets(context, pair, clients)))
