"""Which request goes where, through a real Envoy: hosts, paths, ports, destinations, access and balancing."""

import socket

import pytest

from harness.docker import demo_service, run
from harness.wait import eventually


def served(world, host_name, target="/", port=0):
    """ "CONTAINER PATH" as the container saw it, or the status."""
    answer = world.edge.get(host_name, target, port)
    if answer is None:
        return "no answer"
    return answer.body.strip() if answer.status == 200 else str(answer.status)


def only(project, service):
    (container,) = project.containers(service)
    return container


def test_the_most_specific_host_wins_whatever_the_order(world, project):
    web = project(
        {
            "regex": demo_service(r"~^(www|web)[0-9]+\.specific\.example$$"),
            "leading": demo_service("*.specific.example"),
            "deeper": demo_service("*.deep.specific.example"),
            "trailing": demo_service("www.specific.*"),
            "exact": demo_service("www.specific.example"),
            "elsewhere": demo_service(r"~^shop-[a-z]+\.test$$,~\.org$$"),
        }
    )
    web.up()
    for host_name, service in [
        ("www.specific.example", "exact"),
        ("WWW.specific.example:8080", "exact"),
        ("api.specific.example", "leading"),
        ("a.b.specific.example", "leading"),
        ("x.deep.specific.example", "deeper"),
        ("www.specific.org", "trailing"),
        # A wildcard comes before a regular expression.
        ("www1.specific.example", "leading"),
        ("shop-north.test", "elsewhere"),
        ("shop-north.test:8080", "elsewhere"),
        ("SHOP-north.test", "elsewhere"),
        ("anything.org", "elsewhere"),
    ]:
        world.edge.await_only(host_name, [only(web, service)])
    for host_name in ("shop-1.test", "shop-north.test.com", "specific.example", "nobody.example"):
        assert served(world, host_name) == "404", host_name


def test_the_default_host_gets_what_nobody_asks_for(world, project):
    web = project({"web": demo_service("default.example", environment={"VIRTUAL_PATH": "/d"})})
    web.up()
    container = only(web, "web")
    eventually("the host itself", lambda: served(world, "default.example", "/d") == f"{container} /d")
    assert served(world, "nobody.example", "/d/x") == f"{container} /d/x"
    assert served(world, "nobody.example", "/other") == "404"
    # A request of HTTP/1.0 that names no host is for it too, and the container is told so.
    with socket.create_connection((world.edge.ip, world.edge.port), timeout=10) as connection:
        connection.sendall(b"GET /d HTTP/1.0\r\n\r\n")
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.0 200 OK\r\n") and f"{container} /d".encode() in answer


def test_paths_and_destinations(world, project):
    def at(path, **more):
        return demo_service("paths.example", environment={"VIRTUAL_PATH": path, **more})

    web = project(
        {
            "root": demo_service("paths.example"),
            "api": at("/api"),
            "v2": at("/api/v2/", VIRTUAL_DEST="/"),
            "app": at("/app", VIRTUAL_DEST="/base"),
            "either": at("~^/(left|right)/"),
            "capital": at("~*^/MixedCase"),
        }
    )
    web.up()
    for target, service, path in [
        ("/", "root", "/"),
        ("/other?q=/api", "root", "/other"),
        ("/api", "api", "/api"),
        ("/api/x", "api", "/api/x"),
        ("/api/v2/users", "v2", "/users"),
        ("/app/x", "app", "/base/x"),
        ("/left/x", "either", "/left/x"),
        ("/right/", "either", "/right/"),
        ("/left", "root", "/left"),
        ("/mixedcase/1", "capital", "/mixedcase/1"),
        # What a proxy would read in another way than the container leads nowhere else.
        ("/left/../api/./x", "api", "/api/x"),
        ("/other/%2e%2e/app/x", "app", "/base/x"),
        ("/api//x", "api", "/api//x"),
        ("/api%2Fx", "api", "/api%2Fx"),
    ]:
        expected = f"{only(web, service)} {path}"
        eventually(
            f"{target} is {expected}",
            lambda: served(world, "paths.example", target) == expected,  # pylint: disable=cell-var-from-loop
        )


def test_on_an_internal_network_the_only_exposed_port_is_known(world, project):
    web = project(
        {"web": demo_service("closed.example", networks=["closed"])},
        networks={"closed": {"internal": True}},
    )
    web.up()
    (container,) = web.containers()
    # Its engine tells no port of such a network; the image's own is what remains.
    assert world.host1.docker("inspect", "-f", "{{json .NetworkSettings.Ports}}", container) == "{}"
    world.edge.await_only("closed.example", [container])


def test_multiports_with_public_ports(world, project):
    words = """
multi.example:
  "/": {port: 8000}
  "/api": {port: 8000, dest: "/v1"}
ports.example:
  external_http_port: 8081
"""
    service = {
        "environment": {"VIRTUAL_HOST_MULTIPORTS": words, "VIRTUAL_HOST": "not.multi.example"},
    }
    web = project({"web": service})
    web.up()
    container = only(web, "web")
    eventually("root", lambda: served(world, "multi.example", "/a") == f"{container} /a")
    assert served(world, "multi.example", "/api/a") == f"{container} /v1/a"
    assert served(world, "not.multi.example") == "404"
    eventually("public port", lambda: served(world, "ports.example", "/b", 8081) == f"{container} /b")
    assert served(world, "ports.example") == "404"
    assert served(world, "multi.example", "/", 8081) == "404"


OUTSIDER = "198.51.100.9"


@pytest.fixture
def status_outside(world):
    """status_outside(host, target, *curl's arguments): what a client gets at `edge` whose address is no private one."""
    inside = world.host1.inside
    address = [f"{OUTSIDER}/32", "dev", "lo"]
    run([*inside, "ip", "address", "add", *address])

    def ask(host: str, target: str = "/", *arguments: str) -> str:
        curl = ["curl", "-sS", "-m", "10", "--path-as-is", "--interface", OUTSIDER, *arguments]
        status = ["-o", "/dev/null", "-w", "%{http_code}", "-H", f"Host: {host}"]
        return run([*inside, *curl, *status, f"http://{world.edge.ip}:{world.edge.port}{target}"])

    yield ask
    run([*inside, "ip", "address", "del", *address])


def test_internal_is_for_private_networks(world, project, status_outside):
    host = "internal.example"
    internal = {"environment": {"NETWORK_ACCESS": "internal"}, "labels": {"fairlead.service": "few/web"}}
    web = project({"web": demo_service(host, **internal)})
    web.up()
    world.edge.await_only(host, web.containers())
    assert status_outside(host) == "403"
    # Nobody gets in by a header.
    assert status_outside(host, "/", "-H", "X-Forwarded-For: 10.0.0.1") == "403"
    # Nor does a newer container of the service let anybody in.
    newer = project({"web": demo_service(host, labels=internal["labels"])})
    newer.up()
    world.edge.await_only(host, web.containers() + newer.containers())
    assert status_outside(host) == "403"
    web.down()
    eventually("it is open", lambda: status_outside(host) == "200")


def test_no_other_spelling_leads_to_an_internal_path(world, project, status_outside):
    host = "partly.internal.example"
    admin = {"NETWORK_ACCESS": "internal", "VIRTUAL_PATH": "/admin"}
    web = project({"web": demo_service(host), "admin": demo_service(host, environment=admin)})
    web.up()
    eventually("it is open", lambda: status_outside(host) == "200")
    eventually("but for one path", lambda: status_outside(host, "/admin") == "403")
    for target in ("/x/../admin", "/x/%2e%2e/admin", "/x\\..\\admin"):
        assert status_outside(host, target) == "403", target
    for target in ("//admin", "/%2fadmin", "/x/..%2fadmin", "/x%5c..%5cadmin", "/x/%2e%2e;/admin"):
        assert status_outside(host, target) == "400", target


def test_one_client_stays_at_one_container(world, project):
    label = "com.github.nginx-proxy.nginx-proxy.loadbalance"
    web = project({"web": demo_service("sticky.example", labels={label: "ip_hash;"})})
    web.up({"web": 3})
    containers = set(web.containers())
    eventually(
        "three are known", lambda: len(world.server.endpoints(f"{web.name}/web:8000")) == 3
    )
    answers = world.edge.answers("sticky.example", 30)
    assert len(answers) == 1 and set(answers) <= containers


def test_what_envoy_does_not_speak_is_refused_with_a_cure(world, project):
    web = project(
        {
            "php": demo_service("php.example", environment={"VIRTUAL_PROTO": "fastcgi"}),
            "ok": demo_service("beside-php.example"),
        }
    )
    web.up()
    world.edge.await_only("beside-php.example", [only(web, "ok")])
    assert served(world, "php.example") == "404"
    (problem,) = world.server.problems(f"{web.name}_php_1")
    assert "not by Envoy" in problem["what"] and problem["word"] == "VIRTUAL_PROTO"


def test_containers_are_told_of_the_client_and_believe_no_client(world, project):
    web = project({"web": demo_service("headers.example")})
    web.up()
    world.edge.await_only("headers.example", web.containers())
    lies = []
    for header in ("X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-URI"):
        lies += ["-H", f"{header}: lie"]
    head = run(
        ["curl", "-sS", "-m", "10", "-H", "Host: headers.example:8080", "-H", "Proxy: http://evil"]
        + [*lies, f"http://{world.edge.ip}:{world.edge.port}/headers?q=1"]
    )
    told = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
    client = world.hosts.machine_ip()
    assert told["host"] == "headers.example:8080"
    assert told["x-real-ip"] == client
    assert told["x-forwarded-for"].split(",")[-1].strip() == client
    assert told["x-forwarded-proto"] == "http"
    assert told["x-forwarded-host"] == "headers.example:8080"
    assert told["x-forwarded-port"] == str(world.edge.port)
    assert told["x-forwarded-ssl"] == "off"
    assert told["x-original-uri"] == "/headers?q=1"
    assert "proxy" not in told
