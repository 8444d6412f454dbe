"""What `fairlead explain` says is what the real Envoy does.

No Docker for the requests: a fake agent tells what runs, and the containers are HTTP servers of the test.
"""

import http.client
import http.server
import itertools
import json
import random
import threading
from typing import Dict, List, NamedTuple, Optional

import pytest

from harness.certificates import Authority
from harness.fairlead import fails
from harness.fake_agent import published
from harness.https_shop import HTTP_PORT, HTTPS_PORT, Shop
from harness.wait import eventually

REQUESTS = 500
# Which a container asks for, and where a listener is that people put.
EXTERNAL_PORT = 10082
PUT_PORT = 10083
NOBODYS_PORT = 10084

# The cluster of whoever answers ACME's challenges.
ACME_RESPONDER = "acme-responder"

MULTIPORTS = f"""
multi.example:
  "/": {{port: 8000}}
  "/api": {{port: 9000, dest: "/v1"}}
ports.example:
  external_http_port: {EXTERNAL_PORT}
  "/": {{port: 8000}}
"""

# By name: what the container asks for.
CONTAINERS = {
    "root": {"VIRTUAL_HOST": "shop.example"},
    "api": {"VIRTUAL_HOST": "shop.example", "VIRTUAL_PATH": "/api"},
    "v2": {"VIRTUAL_HOST": "shop.example", "VIRTUAL_PATH": "/api/v2/", "VIRTUAL_DEST": "/"},
    "app": {"VIRTUAL_HOST": "shop.example", "VIRTUAL_PATH": "/app", "VIRTUAL_DEST": "/base"},
    "either": {"VIRTUAL_HOST": "shop.example", "VIRTUAL_PATH": "~^/(left|right)/"},
    "capital": {"VIRTUAL_HOST": "shop.example", "VIRTUAL_PATH": "~*^/MixedCase"},
    "www": {"VIRTUAL_HOST": "www.shop.example"},
    "leading": {"VIRTUAL_HOST": "*.shop.example"},
    "deeper": {"VIRTUAL_HOST": "*.deep.shop.example", "VIRTUAL_PATH": "/deep"},
    "trailing": {"VIRTUAL_HOST": "www.shop.*"},
    "longer": {"VIRTUAL_HOST": "www.shop.co.*"},
    "regex": {"VIRTUAL_HOST": r"~^web[0-9]+\.test$,~\.org$"},
    "regex-path": {"VIRTUAL_HOST": r"~^web[0-9]+\.test$", "VIRTUAL_PATH": "/api", "VIRTUAL_DEST": "/x"},
    "default": {"VIRTUAL_HOST": "default.example", "VIRTUAL_PATH": "/api"},
    "internal": {"VIRTUAL_HOST": "internal.example", "NETWORK_ACCESS": "internal"},
    "multi": {"VIRTUAL_HOST_MULTIPORTS": MULTIPORTS},
    "paused": {"VIRTUAL_HOST": "paused.example"},
    "secure": {"VIRTUAL_HOST": "secure.example"},
    "secure-api": {"VIRTUAL_HOST": "secure.example", "VIRTUAL_PATH": "/api"},
    "both": {"VIRTUAL_HOST": "both.example", "HTTPS_METHOD": "noredirect"},
    "moved": {"VIRTUAL_HOST": "moved.example", "NON_GET_REDIRECT": "308", "HSTS": "max-age=7"},
    "nohttp": {"VIRTUAL_HOST": "nohttp.example", "HTTPS_METHOD": "nohttp"},
    "nohttps": {"VIRTUAL_HOST": "nohttps.example", "HTTPS_METHOD": "nohttps"},
    "no-acme": {"VIRTUAL_HOST": "no-acme.example", "ACME_HTTP_CHALLENGE_LOCATION": "false"},
    "own-acme": {"VIRTUAL_HOST": "both.example", "VIRTUAL_PATH": "/.well-known/acme-challenge"},
}
CERTIFIED = ("secure.example", "both.example", "moved.example", "nohttp.example", "nohttps.example")

HOSTS = [
    *("shop.example", "www.shop.example", "api.shop.example", "x.deep.shop.example", "www.shop.org"),
    *("www.shop.co.uk", "web1.test", "web.test", "wiki.org", "default.example", "nobody.example"),
    *("internal.example", "multi.example", "ports.example", "paused.example", "put.example"),
    *("x-put.example", "put.anything", "example", "a.b.shop.example"),
    *("no-acme.example", "shop.example.", "secure.example.", "wiki.org."),
    *CERTIFIED,
]
PATHS = [
    *("/", "/api", "/api/", "/apis", "/api/v2/", "/api/v2/users", "/api/v2", "/app", "/app/x"),
    *("/left/x", "/right/", "/left", "/mixedcase/1", "/MIXEDCASE", "/Api", "/deep/x", "/x;v=1"),
    *("//api", "/api/../x", "/api%2Fx", "/.well-known/acme-challenge/token", "/old/x", "/exact"),
    *("/x/..//api/v2//users", "/./app/./x", "/left/../../exact", "/api/%2E%2e/left/x", "/%61pi/v2/..;/x"),
    *("/x%2F..%2Fapi", "//", "/..", "/app\\x", "/number/../%7Euser|{x}", "/api/x/..", "/gone/%00"),
    *("/.well-known/acme-challenge", "/.well-known/acme-challenge/", "/.well-known/acme-challenge/x/y?z"),
    *("/exact/", "/separate", "/separate/x", "/separated", "/number/42", "/number/x"),
    # Twice, as few requests come to the one listener that has it.
    *("/gone", "/gone"),
]


def match(prefix: str = "", **more) -> dict:
    return {**({"prefix": prefix} if prefix else {}), **more}


PUT_ROUTES = [
    {"match": match("/api", headers=[{"name": "x-version", "string_match": {"exact": "2"}}])}
    | {"route": {"cluster": "shop/v2:8000", "prefix_rewrite": "/two"}},
    {"match": match(path="/exact"), "route": {"cluster": "shop/root:8000"}},
    {"match": match(path_separated_prefix="/separate")}
    | {"route": {"cluster": "shop/app:8000", "prefix_rewrite": "/together"}},
    {"match": match(safe_regex={"regex": "/number/([0-9]+)"})}
    | {
        "route": {
            "cluster": "shop/api:8000",
            "regex_rewrite": {"pattern": {"regex": "^/number/(.*)$"}, "substitution": "/n-\\1"},
        }
    },
    {"match": match("/MIXED", case_sensitive=False), "redirect": {"path_redirect": "/lower"}},
    {"match": match("/old"), "redirect": {"prefix_rewrite": "/new", "response_code": "FOUND"}},
    {"match": match("/app"), "redirect": {"host_redirect": "b.example", "strip_query": True}},
    {"match": match("/gone"), "direct_response": {"status": 410}},
    {"match": match("/left"), "redirect": {"scheme_redirect": "https", "port_redirect": 8443}},
    {"match": match("/right"), "route": {"cluster": "none"}},
    {"match": match("/", query_parameters=[{"name": "q", "string_match": {"exact": "1"}}])}
    | {
        "route": {
            "weighted_clusters": {
                "clusters": [
                    {"name": "shop/root:8000", "weight": 1},
                    {"name": "shop/api:8000", "weight": 3},
                ]
            }
        }
    },
    {"match": match("/deep", headers=[{"name": ":method", "string_match": {"exact": "GET"}, "invert_match": True}])}
    | {"direct_response": {"status": 202}},
]


def put_resources() -> List[dict]:
    """A listener for all proxies, with rules that no container asks for."""
    kind = "type.googleapis.com/envoy."
    hosts = [
        {"name": "put", "domains": ["put.example", "*-put.example", "put.*"], "routes": PUT_ROUTES},
        {"name": "tls", "domains": ["secure.example"], "require_tls": "ALL"},
    ]
    manager = {
        "@type": kind
        + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "put",
        "rds": {"route_config_name": "put", "config_source": {"ads": {}, "resource_api_version": "V3"}},
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": kind + "extensions.filters.http.router.v3.Router"},
            }
        ],
    }
    return [
        {
            "@type": kind + "config.route.v3.RouteConfiguration",
            "name": "put",
            "ignore_port_in_host_matching": True,
            "ignore_path_parameters_in_path_matching": True,
            "validate_clusters": False,
            "virtual_hosts": hosts,
        },
        {
            "@type": kind + "config.listener.v3.Listener",
            "name": "put",
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": PUT_PORT}},
            "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
        },
    ]


class Backends:
    """An HTTP server for each container, which answers "NAME PATH"."""

    def __init__(self) -> None:
        self._servers: List[http.server.HTTPServer] = []
        self._threads: List[threading.Thread] = []

    def start(self, name: str) -> int:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                # Not self.path, which has one '/' for several at its begin.
                body = f"{name} {self.requestline.split()[1]}".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PUT = do_GET

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self._servers.append(server)
        self._threads.append(thread)
        return server.server_address[1]

    def stop(self) -> None:
        for server, thread in zip(self._servers, self._threads):
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    backends = Backends()
    responder = f"127.0.0.1:{backends.start(ACME_RESPONDER)}"
    flags = ["--default-host=default.example", f"--acme-responder={responder}"]
    running = Shop(folder, 0, Authority(folder), flags)
    try:
        for name in CERTIFIED:
            running.write(name)
        running.start()
        for name, environment in CONTAINERS.items():
            ports = [published(8000, backends.start(name))]
            if name == "multi":
                ports.append(published(9000, backends.start("multi-9000")))
            state = "PAUSED" if name == "paused" else "RUNNING"
            running.agent.run(name, 0, environment, facts={"ports": ports, "state": state})
        file = folder / "put.json"
        file.write_text(json.dumps(put_resources()))
        running.server.text("resources", "put", "--all", "-f", str(file))
        yield running
    finally:
        running.stop()
        backends.stop()


class Asked(NamedTuple):
    """A request: where it connects to, what it says."""

    scheme: str
    port: int
    method: str
    version: str  # of the header X-Version; empty: it has none
    authority: str
    target: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def mixed_case(chance: random.Random, text: str) -> str:
    return "".join(chance.choice((c.upper(), c.lower())) for c in text)


def generated() -> List[Asked]:
    chance = random.Random(20261126)
    ports = [HTTP_PORT] * 8 + [PUT_PORT] * 4 + [EXTERNAL_PORT, NOBODYS_PORT]
    requests = []
    for _ in range(REQUESTS):
        scheme = chance.choice(("http", "http", "http", "https"))
        port = HTTPS_PORT if scheme == "https" else chance.choice(ports)
        host = chance.choice(HOSTS)
        if port == PUT_PORT and chance.random() < 0.6:
            host = chance.choice(("put.example", "x-put.example", "put.anything"))
        if chance.random() < 0.2:
            host = mixed_case(chance, host)
        if chance.random() < 0.3:
            host += chance.choice((f":{port}", ":80", ":443", ":65535", ":1"))
        target = chance.choice(PATHS) + chance.choice(("", "", "", "?q=1", "?q=/api", "?"))
        method = chance.choice(("GET", "GET", "GET", "POST", "PUT"))
        requests.append(Asked(scheme, port, method, chance.choice(("", "2")), host, target))
    return requests


class Answered(NamedTuple):
    status: int  # 0: there is none
    location: str
    body: str  # of a container; empty of the proxy's own


def answer_of(shop: Shop, asked: Asked) -> Answered:
    """The real Envoy's."""
    connection = http.client.HTTPConnection("127.0.0.1", asked.port, timeout=10)
    try:
        if asked.scheme == "https":
            connection.sock = shop.connect(asked.authority.split(":")[0].lower().rstrip("."))
        headers = {"Host": asked.authority}
        if asked.version:
            headers["X-Version"] = asked.version
        connection.request(asked.method, asked.target, headers=headers)
        response = connection.getresponse()
        body = response.read().decode() if response.status == 200 else ""
        return Answered(response.status, response.getheader("Location") or "", body)
    except (OSError, http.client.HTTPException):
        return Answered(0, "", "")
    finally:
        connection.close()


def explained(shop: Shop, requests: List[Asked]) -> Dict[Asked, dict]:
    """What the command line says of each."""
    said = {}
    key = lambda asked: (asked.port, asked.method, asked.version)  # noqa: E731
    for (port, method, version), group in itertools.groupby(sorted(set(requests), key=key), key):
        alike = list(group)
        flags = ["--method", method, "--port", str(port), "--client", "127.0.0.1", "-o", "json"]
        if version:
            flags += ["--header", f"X-Version: {version}"]
        # Two, so that there is an object a line.
        urls = [asked.url for asked in alike] + [alike[0].url]
        lines = shop.server.text("explain", *urls, *flags).splitlines()
        for asked, line in zip(alike, lines):
            said[asked] = json.loads(line)["request"]
    return said


def differs(said: dict, answered: Answered) -> Optional[str]:
    """What is other than `fairlead explain` says; None: nothing."""
    outcome = said["outcome"]
    if said["unknown"]:
        return f"not evaluated: {said['unknown']}"
    if outcome == "NO_CONNECTION":
        return None if answered.status == 0 else "there is a connection"
    if outcome == "ANSWERED":
        if answered.status != said["status"]:
            return f"the status is {answered.status}"
        return None if answered.location == said["location"] else f"to {answered.location}"
    bodies = set()
    for cluster in said["clusters"]:
        if cluster["name"] == ACME_RESPONDER:
            bodies.add(f"{ACME_RESPONDER} {said['path']}")
            continue
        for endpoint in cluster["endpoints"]:
            name = endpoint["containerName"][len("shop-") : -len("-1")]
            nine = cluster["name"].endswith(":9000")
            bodies.add(f"{name}{'-9000' if nine else ''} {said['path']}")
    if answered.status != 200 or answered.body not in bodies:
        return f"{answered.status} {answered.body}, none of {bodies}"
    return None


def test_500_requests_get_what_explain_says(shop):
    requests = generated()
    for asked in (
        Asked("http", HTTP_PORT, "GET", "", "nohttps.example", "/"),
        Asked("https", HTTPS_PORT, "GET", "", "secure.example", "/api"),
        Asked("http", PUT_PORT, "GET", "", "put.example", "/exact"),
        Asked("http", EXTERNAL_PORT, "GET", "", "ports.example", "/"),
        Asked("http", HTTP_PORT, "GET", "", "shop.example.", "/api/v2/"),
    ):
        eventually(f"{asked.url} is served", lambda: answer_of(shop, asked).status == 200)  # pylint: disable=cell-var-from-loop
    said = explained(shop, requests)
    wrong = []
    for asked in requests:
        difference = differs(said[asked], answer_of(shop, asked))
        if difference is not None:
            wrong.append(f"{asked}: {said[asked]['summary']}; but {difference}")
    assert not wrong, f"{len(wrong)} of {len(requests)}:\n" + "\n".join(wrong)
    # The requests are worth something only if they meet every kind of answer.
    assert any(of["name"] == ACME_RESPONDER for one in said.values() for of in one["clusters"])
    kinds = {(one["outcome"], one["status"]) for one in said.values()}
    expected = {("FORWARDED", 0), ("NO_CONNECTION", 0)}
    expected |= {("ANSWERED", status) for status in (202, 301, 302, 308, 400, 404, 410, 503)}
    assert kinds >= expected, expected - kinds


def of_container(server, name: str) -> dict:
    return server.call("explain", name)["container"]


def stop_of(server, name: str) -> str:
    """What keeps requests from it, and the cure; empty: nothing does."""
    stop = of_container(server, name).get("stop")
    return f"{stop['what']} CURE {stop['cure']}" if stop else ""


def test_a_container_and_what_stops_it(shop):
    eventually("the proxy took all of it up", lambda: stop_of(shop.server, "shop-root-1") == "")
    one = of_container(shop.server, "shop-root-1")
    assert one["service"] == "shop/root" and one["state"] == "running"
    assert [word["made"] for word in one["words"]] == ["asks for shop.example"]
    (route,) = one["routes"]
    assert route["cluster"] == "shop/root:8000"
    assert set(route["routeConfigurations"]) == {"http", "put"}
    (proxy,) = one["proxies"]
    assert proxy["nodeId"] == "edge" and proxy["address"].startswith("127.0.0.1:")
    held = {(held["type"], held["name"]): held["state"] for held in proxy["held"]}
    for of in (("CDS", "shop/root:8000"), ("EDS", "shop/root:8000"), ("RDS", "http"), ("LDS", "http")):
        assert held[of] == "ACKED", held
    assert "it is paused CURE `docker unpause shop-paused-1`" in stop_of(shop.server, "shop-paused-1")


# By the name of its service: what the container asks for, what else it is, and what is then said first.
STOPPED = {
    "no-host": ({}, {}, "asks for no host"),
    "no-port": ({"VIRTUAL_HOST": "np.example", "VIRTUAL_PORT": "80a"}, {}, "'80a' is not a port"),
    "ended": ({"VIRTUAL_HOST": "ended.example"}, {"state": "EXITED"}, "it is exited"),
    "sick": ({"VIRTUAL_HOST": "sick.example"}, {"health": "UNHEALTHY"}, "its HEALTHCHECK fails"),
    "young": ({"VIRTUAL_HOST": "y.example"}, {"health": "STARTING"}, "has not passed yet"),
    "nowhere": ({"VIRTUAL_HOST": "nowhere.example"}, {"ports": []}, "no reachable address"),
}


@pytest.mark.parametrize("name", STOPPED)
def test_the_first_thing_that_stops_a_container(shop, name):
    words, facts, said = STOPPED[name]
    ports = {"ports": [published(8000, 1)]}
    shop.agent.run(name, 0, words, facts={**ports, **facts})
    what, _, cure = stop_of(shop.server, f"shop-{name}-1").partition(" CURE ")
    assert said in what and cure
    assert said in shop.server.text("explain", f"shop-{name}")


def test_a_container_is_found_by_the_beginning_of_its_name_or_told_from_others(shop):
    assert of_container(shop.server, "h1/shop-mov")["name"] == "shop-moved-1"
    assert "shop-secure-api-1" in fails(shop.server.command("explain", "shop-secure"))
    assert "did you mean 'shop-moved-1'?" in fails(shop.server.command("explain", "shop-mvoed-1"))
    assert "its containers are h1/shop-moved-1" in fails(shop.server.command("explain", "shop/moved"))
    assert "explain http://a.example/" in fails(shop.server.command("explain", "a.example"))


def test_without_a_proxy_that_is_what_stops_all(shop):
    shop.envoy.process.stop()
    try:
        eventually(
            "it is noticed", lambda: "no proxy" in stop_of(shop.server, "shop-root-1")
        )
        url = "http://shop.example/api"
        assert "No such proxy is connected" in shop.server.text("explain", url)
    finally:
        shop.envoy.start()
