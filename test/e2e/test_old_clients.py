"""Requests of old and odd clients get what nginx gives them, and the default host what nobody asks for.

No Docker: a fake agent tells what runs.
"""

import json
import socket

import pytest

from harness import asking
from harness.https_shop import HTTP_PORT, open_shop
from harness.wait import eventually

DEFAULT_HOST = r"~^default[0-9]+\.example$"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    flags = [f"--default-host={DEFAULT_HOST}", "--unknown-host-status=503"]
    with open_shop(tmp_path_factory.mktemp("old"), flags) as running:
        yield running


def raw(*lines: str) -> tuple:
    """(status line, body) of what the lines of a head get, on a connection that the proxy ends."""
    with socket.create_connection(("127.0.0.1", HTTP_PORT), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    head, _, body = answer.decode().partition("\r\n\r\n")
    return head.partition("\r\n")[0], body


def notices(shop) -> list:
    """That nobody asks for the default host."""
    return [one["service"] for one in shop.server.problems() if one.get("word") == "DEFAULT_HOST"]


def test_a_pattern_may_be_the_default_host(shop):
    shop.run("shop.example")
    eventually("the shop is served", lambda: shop.in_clear_text("shop.example")[0] == 200)
    assert shop.in_clear_text("nobody.example")[0] == 503
    assert raw("GET /x HTTP/1.0")[0] == "HTTP/1.0 503 Service Unavailable"
    assert notices(shop) == [DEFAULT_HOST]
    said = shop.server.text("explain", "http://nobody.example/")
    assert f"no container asks for 'nobody.example' here, nor for the default host, {DEFAULT_HOST}" in said

    shop.agent.run("default", shop.port, {"VIRTUAL_HOST": DEFAULT_HOST})
    eventually(
        "it gets what nobody asks for",
        lambda: shop.in_clear_text("nobody.example", "/x") == (200, None, "nobody.example /x"),
    )
    assert shop.in_clear_text("default7.example")[2] == "default7.example /"
    assert notices(shop) == []
    said = shop.server.text("explain", "http://nobody.example/")
    assert f"so it goes to the default host, {DEFAULT_HOST}" in said
    # A request of HTTP/1.0 may name no host.
    assert raw("GET /x HTTP/1.0") == ("HTTP/1.0 200 OK", "unnamed.invalid /x")


def test_http_1_0(shop):
    shop.run("ten.example")
    eventually("it is served", lambda: shop.in_clear_text("ten.example")[0] == 200)
    assert raw("GET /x HTTP/1.0", "Host: ten.example") == ("HTTP/1.0 200 OK", "ten.example /x")
    # Later versions have to name one (RFC 9112, section 3.2).
    assert raw("GET /x HTTP/1.1", "Connection: close")[0] == "HTTP/1.1 400 Bad Request"


def test_a_final_dot_is_no_part_of_a_host(shop):
    shop.write("dot.example")
    shop.run("dot.example", HTTPS_METHOD="noredirect")
    eventually("it is served", lambda: shop.in_clear_text("dot.example")[0] == 200)
    for host in ("dot.example.", "DOT.example.:8080"):
        assert shop.in_clear_text(host)[0] == 200, host
    eventually("over https", lambda: shop.shown("dot.example") is not None)
    # Server names have none (RFC 6066, section 3).
    assert shop.get("dot.example", host="dot.example.")[0] == 200
    said = shop.server.text("explain", "https://dot.example./", "http://dot.example./")
    assert said.count("shop/dot-example:8000 is asked for /") == 2, said


def test_headers_with_underscores_reach_nobody(shop):
    shop.run("headers.example")
    eventually("it is served", lambda: shop.in_clear_text("headers.example")[0] == 200)
    headers = {"X_Real_IP": "6.6.6.6", "X-Good": "1"}
    address = ("127.0.0.1", HTTP_PORT)
    body = asking.in_clear_text(address, "headers.example", "/request", headers=headers)[2]
    told = json.loads(body)["headers"]
    assert told["x-good"] == "1"
    assert "x_real_ip" not in told and "6.6.6.6" not in told.values()


def test_a_prefix_is_also_meant_without_its_final_slash(shop):
    shop.write("slash.example")
    shop.run("slash.example", HTTPS_METHOD="noredirect")
    ours = {"VIRTUAL_HOST": "slash.example", "HTTPS_METHOD": "noredirect"}
    shop.agent.run("api", shop.port, {**ours, "VIRTUAL_PATH": "/api/", "VIRTUAL_DEST": "/v1/"})
    eventually(
        "the path is served",
        lambda: shop.in_clear_text("slash.example", "/api/x")[2] == "slash.example /v1/x",
    )
    for method in ("GET", "POST"):
        redirected = shop.in_clear_text("slash.example", "/api?q=1&r=/", method)
        assert redirected == (301, "http://slash.example/api/?q=1&r=/", ""), method
    eventually("over https", lambda: shop.shown("slash.example") is not None)
    status, headers, _ = shop.get("slash.example", "/api")
    assert (status, headers["location"]) == (301, "https://slash.example/api/")
    assert shop.in_clear_text("slash.example", "/apis")[2] == "slash.example /apis"
    said = shop.server.text("explain", "http://slash.example/api?q=1")
    assert "301 to http://slash.example/api/?q=1: the route redirects" in said

    # Whoever asks for it has it.
    shop.agent.run("bare", shop.port, {**ours, "VIRTUAL_PATH": "/api"})
    eventually(
        "somebody has it",
        lambda: shop.in_clear_text("slash.example", "/api")[2] == "slash.example /api",
    )
