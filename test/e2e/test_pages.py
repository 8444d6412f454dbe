"""What people see where Envoy itself answers. No Docker: a fake agent tells what runs."""

import contextlib
import http.client
import socket
import threading

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
        "--unreachable-status=502",
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


@contextlib.contextmanager
def hang_up():
    """The port of somebody who reads a request and ends the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(4096)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.fixture(scope="module", name="rude_port")
def _rude_port():
    with hang_up() as port:
        yield port


def run_all(shop, rude_port, failed):
    """`up` answers, `sick` has no healthy container, nobody listens at the port of `dead`, and `rude` hangs up. `failed`: the
    status of those two."""
    shop.run("up.example")
    shop.agent.run("sick", shop.port, {"VIRTUAL_HOST": "sick.example"}, facts={"health": "UNHEALTHY"})
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    shop.agent.run("dead", port, {"VIRTUAL_HOST": "dead.example"})
    shop.agent.run("rude", rude_port, {"VIRTUAL_HOST": "rude.example"})
    statuses = {"up": 200, "sick": 503, "dead": failed, "rude": failed}
    for name, status in statuses.items():
        host = f"{name}.example"
        eventually(f"{host} answers {status}", lambda h=host, s=status: ask(h)[0] == s)


def test_without_pages_of_ones_own_a_plain_one_says_that_nobody_is_there(tmp_path, rude_port):
    # Before `paged` is there, which has the same ports.
    with open_shop(tmp_path) as plain:
        run_all(plain, rude_port, 503)
        for host in ("sick.example", "dead.example"):
            status, headers, body = ask(host)
            assert (status, headers["retry-after"]) == (503, "5")
            assert headers["content-type"] == "text/html"
            assert b"<h1>503 Service Unavailable</h1>" in body
        status, headers, body = ask("up.example", "/503")
        assert (status, body) == (503, b"up.example /503") and "retry-after" not in headers
        status, headers, body = ask("rude.example")
        assert (status, headers["content-type"]) == (503, "text/plain") and "retry-after" not in headers


def test_each_answer_has_its_page(paged, rude_port):
    run_all(paged, rude_port, 502)
    for host, failed in (("sick.example", 503), ("dead.example", 502)):
        eventually(f"{host} has a page", lambda: "retry-after" in ask(host)[1])  # pylint: disable=cell-var-from-loop
        status, headers, body = ask(host)
        assert (status, headers["retry-after"], body) == (failed, "5", UNAVAILABLE)
        assert headers["content-type"] == "text/html"
    status, headers, body = ask("rude.example")
    assert (status, headers["content-type"], body) == (502, "text/html", ERROR)
    assert "retry-after" not in headers
    status, headers, body = ask("nobody.example")
    assert (status, headers["content-type"], body) == (503, "text/html", ERROR)
    assert "retry-after" not in headers
    # What the container says stands.
    assert ask("up.example", "/503")[::2] == (503, b"up.example /503")
    assert ask("up.example")[::2] == (200, b"up.example /")


def test_grpc_clients_get_their_status_and_no_page(paged, rude_port):
    run_all(paged, rude_port, 502)
    for host in ("sick.example", "dead.example", "rude.example", "nobody.example"):
        status, headers, body = ask(host, **{"Content-Type": "application/grpc", "TE": "trailers"})
        assert (status, headers["grpc-status"], body) == (200, "14", b"")
        assert "<p>" not in headers.get("grpc-message", "")
