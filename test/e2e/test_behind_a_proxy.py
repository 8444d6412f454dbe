"""Envoy behind another proxy that ends TLS and is trusted. No Docker: a fake agent tells what runs."""

import http.client
import json

import pytest

from harness import asking
from harness.https_shop import HTTP_PORT, HTTPS_PORT, open_shop
from harness.wait import eventually

HTTP = ("127.0.0.1", HTTP_PORT)
HTTPS = ("127.0.0.1", HTTPS_PORT)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("behind"), ["--trust-downstream-proxy"]) as running:
        yield running


def test_what_came_over_https_is_not_redirected_to_it_again(shop):
    shop.write("front.example")
    shop.run("front.example")

    def ask(method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=10)
        connection.request(method, "/a", headers={"Host": "front.example", **headers})
        response = connection.getresponse()
        answer = response.status, response.getheader("Location"), response.read()
        connection.close()
        return answer

    redirected = (301, f"https://front.example:{HTTPS_PORT}/a", b"")
    eventually("clear text is redirected", lambda: ask() == redirected)
    assert ask(**{"X-Forwarded-Proto": "http"}) == redirected
    for method in ("GET", "POST"):
        answer = ask(method, **{"X-Forwarded-Proto": "https"})
        assert answer == (200, None, b"front.example /a"), method


# What the proxy in front says of a client that came over https.
FRONT = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "public.example",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Ssl": "on",
}


@pytest.fixture(scope="module")
def told(shop):
    """What the container is told, over http or https, of a request with these headers."""
    host = "told-behind.example"
    certificate = shop.write(host)
    shop.run(host, HTTPS_METHOD="noredirect")
    shop.await_shown(host, certificate)
    eventually("clear text is served", lambda: asking.in_clear_text(HTTP, host)[0] == 200)

    def ask(how, address, headers: dict) -> dict:
        status, _, body = how(address, host, "/request?a=b", headers=headers)
        assert status == 200
        return json.loads(body)["headers"]

    return ask


@pytest.mark.parametrize("how, address", [(asking.in_clear_text, HTTP), (asking.get, HTTPS)])
def test_containers_are_told_what_the_proxy_in_front_says(told, how, address):
    headers = told(how, address, {**FRONT, "X-Real-IP": "lie", "X-Original-URI": "/lie", "Proxy": "lie"})
    for name in ("X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Ssl"):
        assert headers[name.lower()] == FRONT[name]
    assert headers["x-forwarded-for"].split(",")[0] == "203.0.113.7"
    # What it cannot know better is our word.
    assert headers["x-real-ip"] == "203.0.113.7"
    assert headers["x-original-uri"] == "/request?a=b"
    assert "proxy" not in headers


@pytest.mark.parametrize(
    "how, address, scheme",
    [(asking.in_clear_text, HTTP, "http"), (asking.get, HTTPS, "https")],
)
def test_what_it_does_not_say_is_what_we_see(told, how, address, scheme):
    headers = told(how, address, {})
    assert headers["x-forwarded-proto"] == scheme
    assert headers["x-forwarded-host"] == "told-behind.example"
    assert headers["x-forwarded-port"] == str(address[1])
    assert headers["x-real-ip"] == "127.0.0.1"


def test_whether_it_was_https_is_one_word(told):
    """Of a proxy in front that says it in X-Forwarded-Proto alone."""
    headers = told(asking.in_clear_text, HTTP, {"X-Forwarded-Proto": "https"})
    assert headers["x-forwarded-proto"] == "https"
    assert headers.get("x-forwarded-ssl", "on") == "on"
    assert told(asking.get, HTTPS, {})["x-forwarded-ssl"] == "on"


def test_internal_is_whom_it_calls_so(shop):
    host = "internal-behind.example"
    shop.run(host, NETWORK_ACCESS="internal")

    def status(client: str) -> int:
        return asking.in_clear_text(HTTP, host, headers={"X-Forwarded-For": client})[0]

    eventually("a private network is let in", lambda: status("10.1.2.3") == 200)
    assert status("203.0.113.7") == 403
    # The last in the list is whom that proxy saw; before it stands what anybody may have written.
    assert status("10.1.2.3, 203.0.113.7") == 403
