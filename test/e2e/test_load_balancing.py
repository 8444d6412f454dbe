"""How requests are spread over containers, and what they are sent over. No Docker: a fake agent tells what runs."""

import contextlib
import http.client
import json
from typing import Callable, Dict, List

import pytest

from harness.asking import in_clear_text
from harness.https_shop import HTTP_PORT, Upstream, open_shop, upstream
from harness.wait import eventually

HTTP = ("127.0.0.1", HTTP_PORT)
LABEL = "com.github.nginx-proxy.nginx-proxy.loadbalance"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("balancing")) as running:
        yield running


@pytest.fixture(scope="module")
def ports(shop):
    """Where the three containers of each service listen."""
    with upstream() as second, upstream() as third:
        yield [shop.port, second, third]


class Client:
    """A connection to the proxy, and so to one of its threads."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._connection = http.client.HTTPConnection(*HTTP, timeout=10)

    def told(self) -> dict:
        """What the container was told; {} if there is none."""
        self._connection.request("GET", "/request", headers={"Host": self._host})
        response = self._connection.getresponse()
        body = response.read()
        return json.loads(body) if response.status == 200 else {}

    def ports(self, requests: int) -> List[int]:
        """Of the containers that answer one after the other."""
        return [self.told().get("port", 0) for _ in range(requests)]

    def await_all(self, ports: List[int]) -> None:
        """Until all of them answer, and nobody else."""
        eventually(f"{ports} answer", lambda: set(self.ports(4 * len(ports))) == set(ports))


def run(shop, host: str, ports: List[int], said: str = "", of: int = 0) -> None:
    """Containers of a service, all of which the proxy knows then. `of`: how many the service has with them."""
    words = {"VIRTUAL_HOST": host}
    name = host.replace("*", "any").replace(".", "-")
    for port in ports:
        shop.agent.run(name, port, words, {LABEL: said} if said else {})
    cluster = f"shop/{name}:8000"
    eventually(
        f"all of {cluster} are there",
        lambda: len(shop.envoy.endpoints(cluster)) == (of or len(ports)),
    )


def takes_turns(answers: List[int], containers: int) -> bool:
    return answers[containers:] == answers[:-containers]


def test_they_take_turns(shop, ports):
    run(shop, "turns.example", ports)
    client = Client("turns.example")
    client.await_all(ports)
    answers = client.ports(30)
    assert set(answers) == set(ports)
    assert takes_turns(answers, len(ports))


@pytest.mark.parametrize("said", ["random two;", "random two least_conn;"])
def test_random_is_no_turn(shop, ports, said):
    host = f"{said.strip(';').replace(' ', '-').replace('_', '-')}.example"
    run(shop, host, ports, said)
    client = Client(host)
    client.await_all(ports)
    # 60 choices of one of three: that one is never chosen, or each in its turn, has a probability below 10^-9.
    answers = client.ports(60)
    assert set(answers) == set(ports)
    assert not takes_turns(answers, len(ports))


@contextlib.contextmanager
def long_requests(host: str, count: int):
    """So many requests under way."""
    Upstream.go_on.clear()
    connections = [http.client.HTTPConnection(*HTTP, timeout=60) for _ in range(count)]
    for connection in connections:
        connection.request("GET", "/slow", headers={"Host": host})
        assert connection.getresponse().readline() == b"begin\n"
    try:
        yield
    finally:
        Upstream.go_on.set()
        for connection in connections:
            connection.close()


def test_least_conn_spares_who_has_much_to_do(shop, ports):
    host = "least-conn.example"
    run(shop, host, ports[:1], "least_conn;")
    Client(host).await_all(ports[:1])
    with long_requests(host, 20):
        run(shop, host, ports[1:], "least_conn;", of=3)
        eventually("the others answer", lambda: set(ports[1:]) <= set(Client(host).ports(9)))
        answers = [port for _ in range(10) for port in Client(host).ports(9)]
    assert set(answers) <= set(ports)
    # Of two that are drawn the less busy one is taken: a ninth of 90 in the mean. In turns it were a third.
    assert answers.count(ports[0]) < 30


# What says who is to get a request, by the host: a function of a key, which gives the arguments of a request.
KEYS: Dict[str, Callable[[int], dict]] = {
    "ip_hash;": lambda key: {"source": f"127.0.1.{key}"},
    "hash $remote_addr consistent;": lambda key: {"source": f"127.0.1.{key}"},
    "hash $request_uri consistent;": lambda key: {"target": f"/request?{key}"},
    "hash $host consistent;": lambda key: {"name": f"k{key}.KIND.balanced.example"},
    "hash $http_x_user consistent;": lambda key: {"headers": {"X-User": f"user-{key}"}},
    "hash $cookie_session consistent;": lambda key: {"headers": {"Cookie": f"a=b; session={key}"}},
    "hash $arg_user;": lambda key: {"target": f"/request?a=b&user={key}"},
}


@pytest.mark.parametrize("said", KEYS)
def test_one_key_stays_at_one_container(shop, ports, said):
    kind = said.strip(";").replace("$", "").replace(" ", "-").replace("_", "-")
    run(shop, f"*.{kind}.balanced.example", ports, said)

    def answering(key: int) -> int:
        asked = {"name": f"www.{kind}.balanced.example", "target": "/request", **KEYS[said](key)}
        asked["name"] = asked["name"].replace("KIND", kind)
        status, _, body = in_clear_text(HTTP, **asked)
        return json.loads(body)["port"] if status == 200 else 0

    eventually("it is served", lambda: answering(1) in ports)
    first = {key: answering(key) for key in range(1, 31)}
    assert {key: answering(key) for key in first} == first
    # And not because all are sent to one.
    assert len(set(first.values())) > 1


@pytest.mark.parametrize(
    "host, said, again",
    [("auto.example", "", True), ("number.example", "32", True), ("off.example", "disabled", False)],
)
def test_connections_to_containers_are_used_again_unless_it_is_disabled(shop, host, said, again):
    label = "com.github.nginx-proxy.nginx-proxy.keepalive"
    shop.run(host, {label: said} if said else {})
    client = Client(host)
    eventually("it is served", client.told)
    peers = {client.told()["peer"] for _ in range(20)}
    assert len(peers) == (1 if again else 20)
