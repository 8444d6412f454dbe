"""What services that share a host, or a proxy's ports, may say of it for the others. No Docker: a fake agent tells what runs."""

import http.client
from typing import Optional

import pytest

from harness import asking
from harness.certificates import Authority, Pair
from harness.https_shop import ENVOY_ADMIN_PORT, HTTP_PORT, open_shop
from harness.wait import eventually

# Of the machine, that this test alone listens at.
PUBLIC_PORT = 10485
OTHER_PUBLIC_PORT = 10486


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("shared")) as running:
        yield running


def run(shop, name: str, host: str, path: str = "/", labels: Optional[dict] = None, **environment):
    """A service of that name, which claims one path of the host; the id of its container."""
    words = {"VIRTUAL_HOST": host, "VIRTUAL_PATH": path, **environment}
    return shop.agent.run(name, shop.port, words, labels)


def problems(shop, service: str) -> list:
    return [problem for problem in shop.server.problems() if problem.get("service") == service]


def in_clear_text(host: str, target: str = "/", port: int = HTTP_PORT) -> Optional[int]:
    try:
        return asking.in_clear_text(("127.0.0.1", port), host, target)[0]
    except (OSError, http.client.HTTPException):
        return None


def test_no_other_service_spares_clients_their_certificates(shop):
    host = "closed.shared.example"
    clients = Authority(shop.folder, "shared-clients")
    (shop.certificates / f"{host}.ca.crt").write_bytes(clients.certificate.read_bytes())
    shop.write(host)
    mine = clients.issue(["client.example"])

    def status(pair: Optional[Pair] = None, target: str = "/") -> Optional[int]:
        try:
            return shop.get(host, target, pair)[0]
        except (OSError, http.client.HTTPException):
            return None

    run(shop, "closed", host)
    eventually("its clients are let in", lambda: status(mine) == 200)
    assert status() is None
    other = run(shop, "lax", host, "/lax", {"fairlead.ssl-verify-client": "off"})
    eventually("the other is served", lambda: status(mine, "/lax/x") == 200)
    assert status() is None and status(target="/lax/x") is None
    problem = problems(shop, "shop/lax")[0]
    assert problem["word"] == "fairlead.ssl-verify-client" and "the strictest" in problem["what"]
    shop.agent.remove(other)
    eventually("the other has no container", lambda: status(mine, "/lax/x") == 503)
    assert status() is None
    assert problems(shop, "shop/lax") == []


def test_what_is_gone_says_nothing_of_a_host_that_others_serve(shop):
    host = "words.shared.example"
    run(shop, "words", host)
    eventually("it is served", lambda: in_clear_text(host) == 200)
    other = run(shop, "aaa", host, "/aaa", EXTERNAL_HTTP_PORT=str(PUBLIC_PORT))
    eventually("it is at the other's port", lambda: in_clear_text(host, port=PUBLIC_PORT) == 200)
    eventually("and there alone", lambda: in_clear_text(host) == 404)
    shop.agent.remove(other)
    eventually("it is at the proxies' own", lambda: in_clear_text(host) == 200)
    eventually("and there alone", lambda: in_clear_text(host, port=PUBLIC_PORT) is None)
    assert in_clear_text(host, "/aaa/x") == 503


def test_what_is_gone_keeps_nobody_off_a_port(shop):
    gone, host = "gone.shared.example", "port.shared.example"
    shop.write(gone)
    other = run(shop, "aab", gone, EXTERNAL_HTTPS_PORT=str(OTHER_PUBLIC_PORT))
    run(shop, "port", host, EXTERNAL_HTTP_PORT=str(OTHER_PUBLIC_PORT))
    eventually("the other has the port", lambda: in_clear_text(host) == 200)
    assert problems(shop, "shop/port")[0]["word"] == "EXTERNAL_HTTP_PORT"
    shop.agent.remove(other)
    eventually("it has it", lambda: in_clear_text(host, port=OTHER_PUBLIC_PORT) == 200)
    assert problems(shop, "shop/port") == problems(shop, "shop/aab") == []


def test_a_port_that_something_else_has_is_a_problem_that_names_who_asks(shop):
    host = "taken.shared.example"
    run(shop, "still", "still.shared.example")
    taken = run(shop, "taken", host, EXTERNAL_HTTP_PORT=str(ENVOY_ADMIN_PORT))
    found = eventually("it is a problem", lambda: problems(shop, "shop/taken"))
    for problem in found:
        assert problem["container"] == "shop-taken-1"
        assert problem["word"] == "EXTERNAL_HTTP_PORT"
        assert "cannot bind" in problem["what"] and "another port" in problem["cure"]
    assert [problem for problem in shop.server.problems() if problem.get("word") == "LDS"] == []
    eventually("others are served", lambda: in_clear_text("still.shared.example") == 200)
    shop.agent.remove(taken)
    run(shop, "taken", host)
    eventually("it is at the proxies' own", lambda: in_clear_text(host) == 200)
    eventually(
        "nothing is kept back any more",
        lambda: not any("withheld" in problem["what"] for problem in shop.server.problems()),
    )


def test_routes_of_what_came_and_went_are_bounded(shop):
    # 100 KiB of hosts and paths each; 1 MiB may stay.
    def came_and_went(number: int) -> str:
        hosts = [f"h{i}.n{number}.shared.example" for i in range(100)]
        name = f"short{number}"
        shop.agent.remove(run(shop, name, ",".join(hosts), "/" + "p" * 1000))
        return hosts[0]

    path = "/" + "p" * 1001
    first = came_and_went(0)
    eventually("it is remembered", lambda: in_clear_text(first, path) == 503)
    for number in range(1, 11):
        last = came_and_went(number)
    eventually("the last is remembered", lambda: in_clear_text(last, path) == 503)
    assert in_clear_text(first, path) == 404
