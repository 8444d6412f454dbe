"""Envoy behind a balancer that speaks the PROXY protocol, and what its access log says of the clients.

No Docker: a fake agent tells what runs.
"""

import http.client
import json

import pytest

from harness import asking
from harness.https_shop import HTTP_PORT, HTTPS_PORT, open_shop
from harness.wait import eventually

HTTP = ("127.0.0.1", HTTP_PORT)
HTTPS = ("127.0.0.1", HTTPS_PORT)
HOST = "balanced.example"
CLIENT = "203.0.113.9"
WAYS = [(asking.in_clear_text, HTTP), (asking.get, HTTPS)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    flags = ["--proxy-protocol", "--access-log=json"]
    with open_shop(tmp_path_factory.mktemp("balancer"), flags) as running:
        running.write(HOST)
        running.run(HOST, HTTPS_METHOD="noredirect")
        running.run("internal-balanced.example", NETWORK_ACCESS="internal")
        for host in (HOST, "internal-balanced.example"):
            eventually(f"{host} is served", lambda name=host: status_of(name) == 200)
        eventually("https is served", is_served_over_https)
        yield running


def ask(how, address, host=HOST, target="/", client="10.0.0.1", version=1, **headers):
    preamble = asking.proxy_header(client, version)
    return how(address, host, target, headers=headers, preamble=preamble)


def status_of(host: str, client: str = "10.0.0.1") -> int:
    return ask(asking.in_clear_text, HTTP, host, client=client)[0]


def is_served_over_https() -> bool:
    try:
        return ask(asking.get, HTTPS)[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize("how, address", WAYS)
@pytest.mark.parametrize("client", [CLIENT, "2001:db8::9"])
@pytest.mark.parametrize("version", [1, 2])
def test_the_client_is_whom_the_balancer_names(shop, how, address, client, version):
    status, _, body = ask(how, address, HOST, "/request", client, version, **{"X-Real-IP": "lie"})
    assert status == 200
    told = json.loads(body)["headers"]
    assert told["x-real-ip"] == told["x-forwarded-for"] == client


def test_it_decides_who_comes_in(shop):
    assert status_of("internal-balanced.example", "10.1.2.3") == 200
    assert status_of("internal-balanced.example", CLIENT) == 403


@pytest.mark.parametrize("how, address", WAYS)
def test_nobody_else_is_answered(shop, how, address):
    with pytest.raises((OSError, http.client.HTTPException)):
        how(address, HOST)


def test_each_request_is_a_line_of_json(shop):
    odd = 'a "quoted" {agent} \\'
    ask(asking.in_clear_text, HTTP, HOST, "/logged?a=b", CLIENT, **{"User-Agent": odd, "Referer": "x"})

    def lines() -> list:
        # The last one may not be whole yet.
        every = [json.loads(line) for line in shop.envoy.process.output().split("\n")[:-1]]
        return [line for line in every if line["path"] == "/logged?a=b"]

    (line,) = eventually("the line is there", lines)
    expected = {
        "host": HOST,
        "client": CLIENT,
        "method": "GET",
        "protocol": "HTTP/1.1",
        "status": 200,
        "bytes_received": 0,
        "bytes_sent": len(f"{HOST} /logged?a=b"),
        "referer": "x",
        "user_agent": odd,
        "cluster": "shop/balanced-example:8000",
        "endpoint": f"127.0.0.1:{shop.port}",
    }
    assert {field: line[field] for field in expected} == expected
    assert line["time"].endswith("Z") and line["duration_ms"] >= 0
