"""HTTP/3 through a real Envoy, asked by a client of another make. No Docker: a fake agent tells what runs."""

import hashlib
from typing import Optional

import pytest

from harness import asking
from harness.certificates import Authority
from harness.https_shop import HTTPS_PORT, open_shop
from harness.wait import eventually


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("http3"), ["--http3"]) as running:
        yield running


def ask(shop, name: str, *targets: str) -> Optional[dict]:
    """None: there is no connection for that name."""
    return asking.over_http3(("127.0.0.1", HTTPS_PORT), shop.authority, name, *targets)


def test_hosts_are_served_and_say_so(shop):
    certificate = shop.write("h3.example")
    shop.run("h3.example", HSTS="max-age=60")
    shop.await_shown("h3.example", certificate)
    told = f'h3=":{HTTPS_PORT}"; ma=86400'
    assert shop.get("h3.example")[1]["alt-svc"] == told
    answer = ask(shop, "h3.example", "/a?b=c", "/503")
    assert answer["certificate"] == hashlib.sha256(certificate).hexdigest()
    first, second = answer["answers"]
    assert (first["status"], first["body"]) == (200, "h3.example /a?b=c")
    assert first["headers"]["alt-svc"] == told
    assert first["headers"]["strict-transport-security"] == "max-age=60"
    assert second["status"] == 503


def test_a_new_certificate_is_shown_without_a_new_listener(shop):
    shop.run("swap3.example")
    before = shop.write("swap3.example")
    shop.await_shown("swap3.example", before)
    assert ask(shop, "swap3.example")["certificate"] == hashlib.sha256(before).hexdigest()
    listeners = shop.server.responses("edge")["LDS"]
    after = shop.write("swap3.example")
    shop.await_shown("swap3.example", after)
    assert ask(shop, "swap3.example")["certificate"] == hashlib.sha256(after).hexdigest()
    assert shop.server.responses("edge")["LDS"] == listeners


def test_a_host_may_do_without(shop):
    certificate = shop.write("h2.example")
    shop.run("h2.example", {"com.github.nginx-proxy.nginx-proxy.http3.enable": "false"})
    shop.await_shown("h2.example", certificate)
    eventually("it is served over https", lambda: shop.get("h2.example")[0] == 200)
    assert "alt-svc" not in shop.get("h2.example")[1]
    assert ask(shop, "h2.example") is None


def test_a_host_whose_clients_show_certificates_is_not_reached(shop):
    clients = Authority(shop.folder, "clients")
    (shop.certificates / "closed3.example.ca.crt").write_bytes(clients.certificate.read_bytes())
    shop.write("closed3.example")
    shop.run("closed3.example")
    mine = clients.issue(["client.example"])

    def served():
        try:
            return shop.get("closed3.example", pair=mine)
        except OSError:
            return None

    eventually("it is served over https", lambda: (served() or [0])[0] == 200)
    assert "alt-svc" not in served()[1]
    assert ask(shop, "closed3.example") is None
