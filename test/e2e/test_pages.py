"""What people see where Envoy itself answers. No Docker: a fake agent tells what runs."""

import http.client
import socket

import pytest

from harness.https_shop import HTTP_PORT, open_shop
from harness.wait import eventually

ERROR = b"<p>sorry \xe9 100%\n"
UNAVAILABLE = b"<p>closed\n"


@pytest.fixture(scope="module")
def paged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paged")
    (folder / "error.html").write_bytes(ERROR)
    (folder / "unavailable.html").write_bytes(UNAVAILABLE)
    flags = [
        f"--error-page={folder / 'error.html'}",
        f"--unavailable-page={folder / 'unavailable.html'}",
        "--unknown-host-status=503",
    ]
    with open_shop(folder, flags) as running:
        yield running


def ask(host, target="/", **headers):
    """(status, headers, body)"""
    connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=10)
    connection.request("GET", target, headers={"Host": host, **headers})
    response = connection.getresponse()
    answer = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    connection.close()
    return answer


def run_all(shop):
    """`up` answers, `sick` has no healthy container, and nobody listens at the port of `dead`."""
    shop.run("up.example")
    shop.agent.run("sick", shop.port, {"VIRTUAL_HOST": "sick.example"}, facts={"health": "UNHEALTHY"})
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    shop.agent.run("dead", port, {"VIRTUAL_HOST": "dead.example"})
    for host, status in (("up.example", 200), ("sick.example", 503), ("dead.example", 503)):
        eventually(f"{host} answers {status}", lambda h=host, s=status: ask(h)[0] == s)


def test_without_pages_of_ones_own_a_plain_one_says_that_nobody_is_there(tmp_path):
    # Before `paged` is there, which has the same ports.
    with open_shop(tmp_path) as plain:
        run_all(plain)
        for host in ("sick.example", "dead.example"):
            status, headers, body = ask(host)
            assert (status, headers["retry-after"]) == (503, "5")
            assert headers["content-type"] == "text/html"
            assert b"<h1>503 Service Unavailable</h1>" in body
        status, headers, body = ask("up.example", "/503")
        assert (status, body) == (503, b"up.example /503") and "retry-after" not in headers


def test_each_answer_has_its_page(paged):
    run_all(paged)
    for host in ("sick.example", "dead.example"):
        eventually(f"{host} has a page", lambda: "retry-after" in ask(host)[1])  # pylint: disable=cell-var-from-loop
        status, headers, body = ask(host)
        assert (status, headers["retry-after"], body) == (503, "5", UNAVAILABLE)
        assert headers["content-type"] == "text/html"
    status, headers, body = ask("nobody.example")
    assert (status, headers["content-type"], body) == (503, "text/html", ERROR)
    assert "retry-after" not in headers
    # What the container says stands.
    assert ask("up.example", "/503")[::2] == (503, b"up.example /503")
    assert ask("up.example")[::2] == (200, b"up.example /")


def test_grpc_clients_get_their_status_and_no_page(paged):
    run_all(paged)
    for host in ("sick.example", "nobody.example"):
        status, headers, body = ask(host, **{"Content-Type": "application/grpc", "TE": "trailers"})
        assert (status, headers["grpc-status"], body) == (200, "14", b"")
        assert "<p>" not in headers.get("grpc-message", "")
