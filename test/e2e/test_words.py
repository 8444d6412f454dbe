"""Every word of docs/labels.md in each of its spellings (variable, our label, nginx-proxy's label) through a real Envoy.

Without it the service is served as by default, with it as it says. No Docker: a fake agent tells what runs.
"""

import http.client
import json
import re
import ssl
from typing import Callable, Dict, Iterator, List, NamedTuple

import pytest

from harness import asking, paths
from harness.certificates import Authority
from harness.docker import run
from harness.fake_agent import published
from harness.https_shop import HTTP_PORT, HTTPS_PORT, Shop, open_shop, upstream
from harness.wait import eventually

HTTP = ("127.0.0.1", HTTP_PORT)
HTTPS = ("127.0.0.1", HTTPS_PORT)
# Not those of other tests.
EXTERNAL_HTTP_PORT = 10087
EXTERNAL_HTTPS_PORT = 10088
# In no private network, and on this machine's loopback for one test.
OUTSIDER = "198.51.100.10"
NGINX_PROXY = "com.github.nginx-proxy.nginx-proxy."


class Case:
    """A service for a host of its own, whose containers listen at 80 and 9000, and with https at 9443."""

    def __init__(self, shop: Shop, host: str, ports: List[int]) -> None:
        self.shop = shop
        self.name = host.partition(".")[0]
        self.host = host
        self.ports = ports
        self._running: List[str] = []

    def run(self, words: Dict[str, str], replicas: int) -> None:
        """In place of those that ran: containers that say `words`, which are labels if there is a dot in them."""
        for container in self._running:
            self.shop.agent.remove(container)
        first, second, secure = self.ports
        labels = {word: value for word, value in words.items() if "." in word}
        environment = {word: value for word, value in words.items() if "." not in word}
        self._running = [
            self.shop.agent.run(
                self.name,
                0,
                environment,
                labels,
                {"ports": [published(80, at), published(9000, second), published(9443, secure)]},
            )
            for at in (first, second)[:replicas]
        ]

    def status(self, target: str = "/", **how) -> int:
        return asking.in_clear_text(HTTP, self.host, target, **how)[0]

    def body(self, target: str = "/") -> str:
        return asking.in_clear_text(HTTP, self.host, target)[2]

    def told(self, **how) -> dict:
        """What the container was told; {} if it was not asked."""
        code, _, body = asking.in_clear_text(HTTP, self.host, "/request", **how)
        return json.loads(body) if code == 200 else {}

    def over_https(self, address: asking.Address = HTTPS) -> tuple:
        """(status, headers, body); (0, {}, "") without a connection."""
        try:
            return asking.get(address, self.host)
        except OSError:
            return 0, {}, ""

    def accepts(self, newest: ssl.TLSVersion) -> bool:
        return asking.shown(HTTPS, self.host, newest) is not None

    def problem_words(self) -> List[str]:
        return [of.get("word", "") for of in self.shop.server.problems(f"shop-{self.name}-1")]


def peers(case: Case) -> int:
    """Over how many connections the container gets four requests of one client."""
    connection = http.client.HTTPConnection(*HTTP, timeout=10)
    found = set()
    for _ in range(4):
        connection.request("GET", "/request", headers={"Host": case.host})
        response = connection.getresponse()
        body = response.read()
        found.add(json.loads(body)["peer"] if response.status == 200 else 0)
    connection.close()
    return len(found)


def offers_http2(case: Case) -> bool:
    try:
        with asking.connect(HTTPS, case.host, protocols=["h2", "http/1.1"]) as connection:
            return connection.selected_alpn_protocol() == "h2"
    except OSError:
        return False


def has_certificate_of(case: Case, name: str) -> bool:
    pem = (case.shop.certificates / f"{name}.crt").read_text()
    return asking.shown(HTTPS, case.host) == ssl.PEM_cert_to_DER_cert(pem)


def only_at(own: Callable[[], int], external: Callable[[], int]) -> bool:
    """The host is served at its public port, and no longer at the proxies' own."""
    return external() == 200 and own() in (0, 404)


def external_http(case: Case) -> int:
    try:
        return asking.in_clear_text(("127.0.0.1", EXTERNAL_HTTP_PORT), case.host)[0]
    except OSError:
        return 0


def external_https(case: Case) -> int:
    return case.over_https(("127.0.0.1", EXTERNAL_HTTPS_PORT))[0]


def plainly(case: Case) -> bool:
    return case.status() == 200


def securely(case: Case) -> bool:
    return case.over_https()[0] == 200


CHALLENGE = "/.well-known/acme-challenge/token"


class Word(NamedTuple):
    """`value`: HOST in it is the host, and NAME the service. `shows`: whether the word is seen to have its effect. `before`:
    how the service is served without it. `beside`: other words that it needs, by our labels. `certified`: there is a
    certificate of the host's. `prepare`: what else there is before the service."""

    variable: str
    label: str
    nginx_proxy_label: str
    value: str
    shows: Callable[[Case], bool]
    before: Callable[[Case], bool] = plainly
    beside: Dict[str, str] = {}
    certified: bool = False
    prepare: Callable[[Case], None] = lambda case: None
    replicas: int = 1


def certify_clients(case: Case) -> None:
    clients = Authority(case.shop.folder, f"clients-of-{case.name}")
    (case.shop.certificates / f"{case.host}.ca.crt").write_bytes(clients.certificate.read_bytes())
    case.shop.write(case.host)


WORDS = [
    Word("VIRTUAL_HOST", "host", "", "HOST", plainly, lambda case: case.status() == 404),
    Word("VIRTUAL_PORT", "port", "", "9000", lambda case: case.told().get("port") == case.ports[1]),
    Word(
        *("VIRTUAL_PATH", "path", "", "/api"),
        lambda case: (case.status("/api"), case.status("/")) == (200, 404),
    ),
    Word(
        *("VIRTUAL_DEST", "dest", "", "/app"),
        lambda case: case.body("/api/x") == f"{case.host} /app/x",
        before=lambda case: case.body("/api/x") == f"{case.host} /api/x",
        beside={"path": "/api"},
    ),
    Word(
        *("VIRTUAL_PROTO", "proto", "", "https"),
        plainly,
        before=lambda case: case.status() == 503,
        beside={"port": "9443"},
    ),
    Word(
        *("VIRTUAL_HOST_MULTIPORTS", "multiports", "", "{HOST: {/: {port: 9000}}}"),
        lambda case: case.told().get("port") == case.ports[1],
    ),
    Word(
        *("EXTERNAL_HTTP_PORT", "external-http-port", "", str(EXTERNAL_HTTP_PORT)),
        lambda case: only_at(case.status, lambda: external_http(case)),
    ),
    Word(
        *("EXTERNAL_HTTPS_PORT", "external-https-port", "", str(EXTERNAL_HTTPS_PORT)),
        lambda case: only_at(lambda: case.over_https()[0], lambda: external_https(case)),
        before=securely,
        certified=True,
    ),
    Word(
        *("CERT_NAME", "cert-name", "", "shared"),
        lambda case: has_certificate_of(case, "shared"),
        prepare=lambda case: case.shop.write("shared"),
    ),
    Word(
        *("HTTPS_METHOD", "https-method", "", "noredirect"),
        lambda case: plainly(case) and securely(case),
        before=lambda case: case.status() == 301,
        certified=True,
    ),
    Word(
        *("HTTPS_METHOD", "https-method", "", "nohttp"),
        lambda case: case.status() == 404 and securely(case),
        before=lambda case: case.status() == 301,
        certified=True,
    ),
    Word(
        *("HTTPS_METHOD", "https-method", "", "nohttps"),
        lambda case: plainly(case) and not securely(case),
        before=securely,
        certified=True,
    ),
    Word(
        *("NON_GET_REDIRECT", "non-get-redirect", "non-get-redirect", "308"),
        lambda case: (case.status(method="POST"), case.status()) == (308, 301),
        before=lambda case: case.status(method="POST") == 301,
        certified=True,
    ),
    Word(
        *("HSTS", "hsts", "", "max-age=60"),
        lambda case: case.over_https()[1].get("strict-transport-security") == "max-age=60",
        before=securely,
        certified=True,
    ),
    Word(
        *("HSTS", "hsts", "", "off"),
        lambda case: securely(case) and "strict-transport-security" not in case.over_https()[1],
        before=securely,
        certified=True,
    ),
    Word(
        *("SSL_POLICY", "ssl-policy", "", "Mozilla-Modern"),
        lambda case: case.accepts(ssl.TLSVersion.TLSv1_3)
        and not case.accepts(ssl.TLSVersion.TLSv1_2),
        before=lambda case: case.accepts(ssl.TLSVersion.TLSv1_2),
        certified=True,
    ),
    Word(
        *("ENABLE_HTTP_ON_MISSING_CERT", "enable-http-on-missing-cert", "", "false"),
        lambda case: case.status() == 301,
    ),
    Word(
        *("ACME_HTTP_CHALLENGE_LOCATION", "acme-http-challenge-location", "", "false"),
        lambda case: case.status(CHALLENGE) == 301,
        before=lambda case: (case.status(CHALLENGE), case.status()) == (200, 301),
        certified=True,
    ),
    Word(
        *("", "ssl-verify-client", "ssl_verify_client", "optional"),
        securely,
        before=lambda case: case.status() == 301,
        prepare=certify_clients,
    ),
    Word(
        *("", "trust-default-cert", "trust-default-cert", "true"),
        lambda case: has_certificate_of(case, "default") and securely(case),
    ),
    Word(
        *("", "http2", "http2.enable", "false"),
        lambda case: securely(case) and not offers_http2(case),
        before=offers_http2,
        certified=True,
    ),
    Word(
        *("", "http3", "http3.enable", "true"),
        lambda case: case.over_https()[1].get("alt-svc") == f'h3=":{HTTPS_PORT}"; ma=86400',
        before=securely,
        certified=True,
    ),
    Word(
        *("NETWORK_ACCESS", "network-access", "", "internal"),
        lambda case: (case.status(source=OUTSIDER), case.status()) == (403, 200),
        before=lambda case: case.status(source=OUTSIDER) == 200,
    ),
    Word(
        *("", "loadbalance", "loadbalance", "ip_hash;"),
        lambda case: len({case.told().get("port") for _ in range(16)}) == 1,
        before=lambda case: {case.told().get("port") for _ in range(16)} == set(case.ports[:2]),
        replicas=2,
    ),
    Word("", "keepalive", "keepalive", "disabled", lambda case: peers(case) == 4),
    Word(
        *("", "service", "", "elsewhere/NAME"),
        lambda case: bool(case.shop.envoy.endpoints(f"elsewhere/{case.name}:80")),
    ),
    # What is known and not honoured is told.
    Word("VIRTUAL_ROOT", "root", "", "/srv", lambda case: _is_told(case, "VIRTUAL_ROOT", "root")),
    Word(
        # "off" asks for what happens anyway.
        *("SERVER_TOKENS", "server-tokens", "", "on"),
        lambda case: _is_told(case, "SERVER_TOKENS", "server-tokens"),
    ),
]


def _is_told(case: Case, variable: str, label: str) -> bool:
    return bool({variable, f"fairlead.{label}"} & set(case.problem_words()))


def spellings(word: Word) -> Iterator[str]:
    yield f"fairlead.{word.label}"
    if word.variable:
        yield word.variable
    if word.nginx_proxy_label:
        yield NGINX_PROXY + word.nginx_proxy_label


CASES = [(word, spelling) for word in WORDS for spelling in spellings(word)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    address = [f"{OUTSIDER}/32", "dev", "lo"]
    with open_shop(tmp_path_factory.mktemp("words"), ["--trust-default-cert=false"]) as running:
        running.write("default", "default.example")
        running.write("certified.example", "*.certified.example")
        run(["ip", "address", "add", *address])
        try:
            yield running
        finally:
            run(["ip", "address", "del", *address])


@pytest.fixture(scope="module")
def ports(shop):
    """Of servers in clear text, and of one that speaks https."""
    with upstream() as second, upstream(shop.authority.issue(["localhost"])) as secure:
        yield [shop.port, second, secure]


@pytest.mark.parametrize(
    "word, spelling", CASES, ids=[f"{spelling}={word.value}" for word, spelling in CASES]
)
def test_it_does_what_it_says(shop, ports, word, spelling):
    number = CASES.index((word, spelling))
    case = Case(shop, f"w{number}.{'certified' if word.certified else 'words'}.example", ports)
    value = word.value.replace("HOST", case.host).replace("NAME", case.name)
    # Who says it by our labels says all by them.
    others = {"host": case.host, **word.beside}
    if spelling.startswith("fairlead."):
        beside = {f"fairlead.{label}": said for label, said in others.items()}
    else:
        variables = {of.label: of.variable for of in WORDS}
        beside = {variables[label]: said for label, said in others.items()}
    if word.label == "host":
        beside = {}
    word.prepare(case)
    case.run(beside, word.replicas)
    eventually("it is served as by default", lambda: word.before(case))
    assert not word.shows(case)
    case.run({**beside, spelling: value}, word.replicas)
    eventually(f"it is served as {spelling}={value} has it", lambda: word.shows(case))


def test_no_word_of_the_manual_is_left_out():
    manual = (paths.TOP / "docs" / "labels.md").read_text()
    rows = [line for line in manual.splitlines() if re.match(r"\| (`[A-Z]|\| `fairlead)", line)]
    columns = ["|".join(row.split("|")[1:3]) for row in rows]
    words = {word for row in columns for word in re.findall(r"`(\S+?)`", row)}
    (listed,) = re.findall(r"The labels of nginx-proxy \((.*?)\)", manual)
    # The first has its prefix, the others a dot in its place.
    short = [name.replace(NGINX_PROXY, "").lstrip(".") for name in re.findall(r"`(\S+)`", listed)]
    words |= {NGINX_PROXY + name for name in short}
    assert {spelling for _, spelling in CASES} == words
