"""Envoy behind another proxy that ends TLS and is trusted. No Docker: a fake agent tells what runs."""

import http.client

import pytest

from harness.https_shop import HTTP_PORT, HTTPS_PORT, open_shop
from harness.wait import eventually


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
