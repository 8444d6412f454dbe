"""How containers are spoken to: https, grpc and grpcs to real servers, each at its port, over IPv6 too.

No Docker: a fake agent tells what runs.
"""

import json

import pytest

from harness import asking
from harness.fake_agent import published
from harness.grpc_echo import ECHOED, echo, echo_server
from harness.https_shop import HTTP_PORT, HTTPS_PORT, open_shop, upstream
from harness.wait import eventually

HTTP = ("127.0.0.1", HTTP_PORT)
HTTPS = ("127.0.0.1", HTTPS_PORT)
# Not those of other tests.
EXTERNAL_PORT = 10086
IPV6 = "::1"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("protocols"), ip="::") as running:
        yield running


@pytest.fixture(scope="module")
def own_pair(shop):
    """A certificate that no authority has issued: nobody looks at it."""
    return shop.authority.issue(["localhost"])


@pytest.fixture(scope="module")
def secure(own_pair):
    """The port of a server that speaks https alone."""
    with upstream(own_pair) as port:
        yield port


@pytest.fixture(scope="module")
def echoes(own_pair):
    """Ports of gRPC servers, by the word for what they speak."""
    with echo_server() as plain, echo_server(own_pair) as over_tls:
        yield {"grpc": plain, "grpcs": over_tls}


def status(host: str, target: str = "/") -> int:
    return asking.in_clear_text(HTTP, host, target)[0]


def told(host: str, target: str = "/request") -> dict:
    """What the container was told; {} if it was not asked."""
    code, _, body = asking.in_clear_text(HTTP, host, target)
    return json.loads(body) if code == 200 else {}


def test_https_to_containers(shop, secure):
    shop.agent.run("plain", secure, {"VIRTUAL_HOST": "plain-words.example"})
    shop.agent.run("secure", secure, {"VIRTUAL_HOST": "secure.example", "VIRTUAL_PROTO": "https"})
    eventually("it is spoken to over TLS", lambda: status("secure.example") == 200)
    assert told("secure.example")["headers"]["host"] == "secure.example"
    # It speaks nothing else.
    eventually("clear text gets nowhere", lambda: status("plain-words.example") == 503)


@pytest.mark.parametrize("protocol", ["grpc", "grpcs"])
def test_grpc_to_containers(shop, echoes, protocol):
    host = f"{protocol}.example"
    words = {"VIRTUAL_HOST": host, "VIRTUAL_PROTO": protocol, "HTTPS_METHOD": "noredirect"}
    shop.agent.run(protocol, echoes[protocol], words)
    eventually("calls in clear text", lambda: echo(HTTP_PORT, host) == ECHOED)
    shop.await_shown(host, shop.write(host))
    eventually("calls over TLS", lambda: echo(HTTPS_PORT, host, shop.authority) == ECHOED)


def test_grpc_needs_the_word(shop, echoes):
    shop.agent.run("no-grpc", echoes["grpc"], {"VIRTUAL_HOST": "no-grpc.example"})
    eventually("it is routed", lambda: status("no-grpc.example") != 404)
    assert echo(HTTP_PORT, "no-grpc.example") == {}


def test_each_path_of_multiports_has_its_port_and_protocol(shop, secure, echoes):
    words = """
ports.example:
  /: {port: 8000}
  /request: {port: 8443, proto: https}
  /fairlead.test.Echo: {port: 9000, proto: grpc}
"""
    ports = [published(8000, shop.port), published(8443, secure), published(9000, echoes["grpc"])]
    shop.agent.run("ports", 0, {"VIRTUAL_HOST_MULTIPORTS": words}, facts={"ports": ports})
    eventually("http", lambda: asking.in_clear_text(HTTP, "ports.example")[2] == "ports.example /")
    assert told("ports.example")["port"] == secure
    assert echo(HTTP_PORT, "ports.example") == ECHOED


def test_a_host_of_multiports_has_its_public_port_for_https(shop):
    words = f"""
public.example: {{external_https_port: {EXTERNAL_PORT}, /: {{port: 8000}}}}
beside.example: {{/: {{port: 8000}}}}
"""
    shop.write("public.example")
    certificate = shop.write("beside.example")
    shop.agent.run("public", shop.port, {"VIRTUAL_HOST_MULTIPORTS": words})
    external = ("127.0.0.1", EXTERNAL_PORT)
    shop.await_shown("beside.example", certificate)
    eventually("the public port", lambda: asking.shown(external, "public.example"))
    assert asking.get(external, "public.example", "/a")[2] == "public.example /a"
    assert asking.shown(HTTPS, "public.example") is None
    assert asking.shown(external, "beside.example") is None
    _, headers, _ = asking.in_clear_text(HTTP, "public.example", "/a")
    assert headers["location"] == f"https://public.example:{EXTERNAL_PORT}/a"


def test_each_replica_has_its_own_port(shop):
    """nginx-proxy takes the first one's for all."""
    host = "own-port.example"
    with upstream() as other:
        # At the other's port nobody listens.
        ports = {
            "8000": [published(8000, shop.port), published(9000, 9)],
            "9000": [published(8000, 9), published(9000, other)],
        }
        for port, of_container in ports.items():
            words = {"VIRTUAL_HOST": host, "VIRTUAL_PORT": port}
            shop.agent.run("own-port", 0, words, facts={"ports": of_container})

        def answering() -> set:
            return {told(host).get("port") for _ in range(10)}

        eventually("both answer", lambda: answering() == {shop.port, other})


def test_clients_and_containers_over_ipv6(shop):
    host = "six.example"
    with upstream(ip=IPV6) as port:
        at = {"containerPort": 8000, "protocol": "tcp"}
        at["published"] = [{"hostIp": IPV6, "hostPort": port}]
        words = {"VIRTUAL_HOST": host, "HTTPS_METHOD": "noredirect"}
        shop.agent.run("six", 0, words, facts={"ports": [at]})
        shop.await_shown(host, shop.write(host))
        eventually("the container is reached", lambda: told(host).get("port") == port)
        assert shop.envoy.endpoints("shop/six:8000") == [f"{IPV6}:{port} HEALTHY"]
        for ask, at_port in ((asking.in_clear_text, HTTP_PORT), (asking.get, HTTPS_PORT)):
            code, _, body = ask((IPV6, at_port), host, "/request")
            assert code == 200
            assert json.loads(body)["headers"]["x-real-ip"] == IPV6
