"""The image that takes nginx-proxy's place: Compose files as its users have them, with another image's name."""

import errno
import hashlib
import http.client
import json
import os
import signal
import ssl
import threading

import pytest

from harness import asking
from harness.docker import demo_service, run
from harness.images import (
    DROP_IN,
    DropIn,
    connect_as_process,
    ids_of,
    proxy_service,
    status_of,
    volumes,
)
from harness.passwords import BCRYPT, sha
from harness.streams import Streams
from harness.wait import eventually
from harness.websocket import WebSocket

CAP_NET_BIND_SERVICE = 1 << 10


pytestmark = pytest.mark.usefixtures("images")


def unready(world, compose) -> DropIn:
    """The one container of a project, which may end at once."""
    compose.up()
    container = world.host1.docker(
        "ps", "-aq", "--filter", f"label=com.docker.compose.project={compose.name}"
    )
    return DropIn(world.host1, container)


def test_a_compose_file_of_nginx_proxys_works(drop_in):
    compose, proxy = drop_in(
        {
            "web": demo_service("who.example"),
            "api": demo_service("api.example", environment={"VIRTUAL_PATH": "/v1"}),
            "refuses": demo_service("refuses.example", environment={"VIRTUAL_PORT": "81"}),
        }
    )
    proxy.await_only("who.example", compose.containers("web"))
    compose.up({"web": 3})
    assert len(compose.containers("web")) == 3
    proxy.await_only("who.example", compose.containers("web"))
    compose.up({"web": 1})
    proxy.await_only("who.example", compose.containers("web"))

    assert proxy.status("nobody.example") == 503
    eventually("the path is routed", lambda: proxy.status("api.example", "/v1/x") == 200)
    assert proxy.status("api.example", "/other") == 404
    eventually("it refuses", lambda: proxy.status("refuses.example") == 502)
    proxy.host.docker("stop", "-t", "0", *compose.containers("refuses"))
    eventually("there is nobody", lambda: proxy.status("refuses.example") == 503)


def test_envoy_cannot_open_the_engines_socket(drop_in):
    _, proxy = drop_in({})
    envoy, agent = proxy.process("envoy"), proxy.process("fairlead-agent")
    assert ids_of(envoy)[0] != 0
    assert connect_as_process(envoy, "/tmp/docker.sock") == errno.EACCES
    assert connect_as_process(agent, "/tmp/docker.sock") == 0

    status = status_of(envoy)
    assert status["Groups"] == ""
    assert status["NoNewPrivs"] == "1"
    for name in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == CAP_NET_BIND_SERVICE, name


def test_docker_stop_lets_requests_end(drop_in):
    compose, proxy = drop_in({"web": demo_service("slow.example")})
    proxy.await_only("slow.example", compose.containers("web"))
    answers = []
    asking = threading.Thread(
        target=lambda: answers.append(proxy.get("slow.example", "/slow?ms=2000"))
    )
    asking.start()
    eventually("the request is under way", lambda: proxy.active_requests() == 1)
    proxy.host.docker("stop", "-t", "20", proxy.container)
    asking.join()
    assert answers[0].status == 200
    assert proxy.state()["ExitCode"] == 0
    # Each in its turn: whoever is killed at the end of its time is a warning. Nobody writes without being named.
    own = []
    for line in proxy.log().splitlines():
        if line.startswith("{"):
            own.append(json.loads(line))
        else:
            assert "] [envoy] [" in line or " HTTP/1.1" in line, line
    assert [line for line in own if line["level"] != "info"] == []
    ended = [line["msg"] for line in own if line["msg"].startswith("Terminated: ")]
    assert [message.split()[1] for message in ended] == [
        *("fairlead-drop-in", "fairlead-agent", "fairlead-server")
    ]


def test_a_request_without_end_does_not_hold_docker_stop(drop_in):
    compose, proxy = drop_in({"web": demo_service("endless.example")})
    proxy.await_only("endless.example", compose.containers("web"))
    connection = http.client.HTTPConnection(proxy.ip, proxy.port, timeout=20)
    connection.request("GET", "/stream?ms=50", headers={"Host": "endless.example"})
    assert connection.getresponse().read(2) == b".\n"
    proxy.host.docker("stop", "-t", "20", proxy.container)
    connection.close()
    assert proxy.state()["ExitCode"] == 0


def test_it_ends_when_one_of_its_programs_does(drop_in):
    _, proxy = drop_in({})
    os.kill(proxy.process("fairlead-server"), signal.SIGKILL)
    assert proxy.await_end() == 128 + signal.SIGKILL
    assert "fairlead-server was killed by signal 9" in proxy.log()


def test_only_containers_on_a_shared_network_get_requests(drop_in):
    compose, proxy = drop_in(
        {
            "near": demo_service("near.example", networks=["front", "inner"]),
            # Published, and still on no network of the proxy's.
            "far": demo_service("far.example", networks=["inner"], ports=["8000"]),
        },
        proxy={"networks": ["front"]},
        networks=["front", "inner"],
    )
    proxy.await_only("near.example", compose.containers("near"))
    assert proxy.status("far.example") == 503
    problem = eventually(
        "a problem of the container out of reach",
        lambda: next((p for p in proxy.problems() if "far" in p.get("container", "")), None),
    )
    assert problem["cure"]

    # A network that it is connected to later is followed.
    proxy.host.docker("network", "connect", f"{compose.name}_inner", proxy.container)
    proxy.await_only("far.example", compose.containers("far"))
    proxy.host.docker("network", "disconnect", f"{compose.name}_inner", proxy.container)
    eventually("it is out of reach again", lambda: proxy.status("far.example") == 503)
    proxy.await_only("near.example", compose.containers("near"))


def test_the_default_host_and_a_container_in_the_hosts_network(drop_in):
    own = demo_service(
        "gateway.example",
        network_mode="host",
        command=["serve", "8124"],
        environment={"VIRTUAL_PORT": "8124"},
    )
    compose, proxy = drop_in(
        {"web": demo_service("main.example"), "own": own},
        proxy={"environment": {"DEFAULT_HOST": "main.example", "DISABLE_ACCESS_LOGS": "true"}},
    )
    proxy.await_only("main.example", compose.containers("web"))
    # What nobody claims.
    proxy.await_only("nobody.example", compose.containers("web"))
    # By the gateway of the proxy's network.
    eventually("it answers", lambda: proxy.status("gateway.example") == 200)
    assert proxy.problems() == []
    # No request is in the log, whose last lines come when the proxy ends.
    proxy.host.docker("stop", "-t", "20", proxy.container)
    assert "GET /" not in proxy.log()


def test_in_the_hosts_network_it_reaches_every_bridge(world, drop_in, project, certificates):
    other = project({"web": demo_service("bridge.example")})
    other.up()
    own = demo_service(
        "own.example",
        network_mode="host",
        command=["serve", "8123"],
        environment={"VIRTUAL_PORT": "8123"},
    )
    _, proxy = drop_in(
        {"own": own},
        proxy={
            "network_mode": "host",
            "volumes": volumes(world, certificates.volume),
            "environment": {"HTTP_PORT": "8088", "HTTPS_PORT": "8443", "HTTPS_METHOD": "noredirect"},
        },
    )
    proxy.port, proxy.https_port = 8088, 8443
    proxy.await_only("bridge.example", other.containers("web"))
    eventually("the host's own container answers", lambda: proxy.status("own.example") == 200)
    proxy.await_shown("bridge.example", certificates.write("bridge.example"))
    assert asking.get(proxy.https, "bridge.example")[0] == 200
    # The other one has no certificate.
    assert asking.shown(proxy.https, "own.example") is None


def test_hosts_are_served_over_https_with_their_certificates(world, drop_in, certificates):
    default = certificates.write("default", "default.example")
    one = certificates.write("one.example")
    parent = certificates.write("parent.example", "*.parent.example")
    compose, proxy = drop_in(
        {
            "one": demo_service("one.example"),
            "child": demo_service("a.parent.example"),
            "other": demo_service("two.example"),
        },
        proxy={"volumes": volumes(world, certificates.volume)},
    )
    for name, certificate in (
        ("one.example", one),
        ("a.parent.example", parent),
        ("two.example", default),
        ("nobody.example", default),
    ):
        proxy.await_shown(name, certificate)
    status, headers, _ = asking.get(proxy.https, "one.example", "/path")
    assert (status, headers["strict-transport-security"]) == (200, "max-age=31536000")
    assert headers["x-served-by"] in compose.containers("one")
    assert asking.get(proxy.https, "nobody.example")[0] == 503
    for method in ("GET", "POST"):
        status, headers, _ = asking.in_clear_text(proxy.http, "one.example", "/a?b=c", method)
        assert (status, headers["location"]) == (301, "https://one.example/a?b=c")
    # What an authority asks for goes to the container.
    challenge = "/.well-known/acme-challenge/token"
    assert asking.in_clear_text(proxy.http, "one.example", challenge)[0] == 200
    assert "is not read" not in proxy.log()

    swapped = certificates.write("one.example")
    assert swapped != one
    proxy.await_shown("one.example", swapped)
    assert "PRIVATE KEY" not in proxy.log()


def test_connections_outlive_the_coming_and_going_of_a_host_with_their_certificate(
    world, drop_in, project, certificates
):
    """Their filter chain names the hosts of the certificate, and is another one with each."""
    shared = certificates.write("shared", "stays.example", "joins.example")
    with_it = {"environment": {"CERT_NAME": "shared"}}
    _, proxy = drop_in(
        {"web": demo_service("stays.example", **with_it)},
        proxy={
            "volumes": volumes(world, certificates.volume),
            # Else the host that leaves is still known for a day.
            "environment": {"FAIRLEAD_EMPTY_SERVICE_RETENTION": "100ms"},
        },
    )
    proxy.await_shown("stays.example", shared)
    eventually("it is served", lambda: asking.get(proxy.https, "stays.example")[0] == 200)
    joining = project({"web": demo_service("joins.example", **with_it)})

    open_one = WebSocket(asking.connect(proxy.https, "stays.example"), "stays.example")
    stream = Streams(lambda: asking.connect(proxy.https, "stays.example"), "stays.example", 1)
    joining.up()
    proxy.await_shown("joins.example", shared)
    joining.down()
    eventually("it left", lambda: asking.shown(proxy.https, "joins.example") is None)
    # As long as nobody would wait who ends connections for the sake of `docker stop`.
    assert asking.get(proxy.https, "stays.example", "/slow?ms=7000")[0] == 200
    assert open_one.echoes(b"still there")
    assert stream.close() == []
    open_one.close()


def test_its_variables_say_how_https_is_served(world, drop_in, certificates):
    _, proxy = drop_in(
        {
            "strict": demo_service("strict.example"),
            "both": demo_service("both.example", environment={"HTTPS_METHOD": "noredirect"}),
            "late": demo_service("late.example"),
        },
        proxy={
            "volumes": volumes(world, certificates.volume),
            "ports": ["80:80", "8443:8443"],
            "environment": {
                "HTTPS_PORT": "8443",
                "HSTS": "max-age=60",
                "SSL_POLICY": "Mozilla-Modern",
                "NON_GET_REDIRECT": "308",
                "TRUST_DEFAULT_CERT": "false",
                "ACME_HTTP_CHALLENGE_LOCATION": "false",
                "ENABLE_HTTP2": "false",
            },
        },
    )
    proxy.https_port = 8443
    # There is no certificate yet, and so no https.
    eventually("it is clear text", lambda: proxy.status("strict.example") == 200)
    certificates.write("default", "default.example")
    strict = certificates.write("strict.example")
    certificates.write("both.example")
    proxy.await_shown("strict.example", strict)
    assert asking.shown(proxy.https, "strict.example", newest=ssl.TLSVersion.TLSv1_2) is None
    with asking.connect(proxy.https, "strict.example", protocols=["h2", "http/1.1"]) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"
    assert asking.shown(proxy.https, "late.example") is None
    assert proxy.status("late.example") == 200
    assert asking.get(proxy.https, "strict.example")[1]["strict-transport-security"] == "max-age=60"
    location = "https://strict.example:8443/.well-known/acme-challenge/token"
    for method, expected in (("GET", 301), ("POST", 308)):
        status, headers, _ = asking.in_clear_text(
            proxy.http, "strict.example", "/.well-known/acme-challenge/token", method
        )
        assert (status, headers["location"]) == (expected, location)
    # A container's own word wins.
    eventually("it is served over https", lambda: asking.shown(proxy.https, "both.example"))
    assert proxy.status("both.example") == 200


def test_http3_where_it_is_asked_for(world, drop_in, certificates):
    certificate = certificates.write("three.example")
    compose, proxy = drop_in(
        {"web": demo_service("three.example")},
        proxy={
            "volumes": volumes(world, certificates.volume),
            "ports": ["80:80", "443:443", "443:443/udp"],
            "environment": {"ENABLE_HTTP3": "true"},
        },
    )
    proxy.await_shown("three.example", certificate)
    with asking.connect(proxy.https, "three.example", protocols=["h2", "http/1.1"]) as connection:
        assert connection.selected_alpn_protocol() == "h2"
    assert asking.get(proxy.https, "three.example")[1]["alt-svc"] == 'h3=":443"; ma=86400'
    answer = asking.over_http3(proxy.https, certificates.authority, "three.example", "/a")
    assert answer["certificate"] == hashlib.sha256(certificate).hexdigest()
    (only,) = answer["answers"]
    assert only["status"] == 200
    assert only["headers"]["x-served-by"] in compose.containers("web")


def test_the_error_page_is_the_one_that_is_mounted(world, drop_in, tmp_path):
    page = tmp_path / "50x.html"
    page.write_text("<h1>back soon</h1>\n")
    compose, proxy = drop_in(
        {"web": demo_service("page.example")},
        proxy={
            "volumes": volumes(world, f"{page}:/usr/share/nginx/html/errors/50x.html:ro"),
        },
    )
    proxy.await_only("page.example", compose.containers("web"))

    def answered(name: str):
        answer = proxy.get(name)
        return answer and (answer.status, answer.body)

    assert answered("nobody.example") == (503, page.read_text())
    proxy.host.docker("stop", "-t", "1", *compose.containers("web"))
    eventually(
        "nobody is there any more", lambda: answered("page.example") == (503, page.read_text())
    )
    assert "is not read" not in proxy.log()


def test_a_policy_that_is_none_ends_it_with_what_to_write(world, project):
    service = proxy_service(world.host1, environment={"SSL_POLICY": "Modern"})
    proxy = unready(world, project({"proxy": service}))
    assert proxy.await_end() == 2
    assert "it is no policy; write one of Mozilla-Modern, " in proxy.log()


def test_password_files_are_asked_for(world, drop_in, certificates, tmp_path):
    folder = tmp_path / "htpasswd"
    folder.mkdir()
    (folder / "bcrypt.example").write_text(BCRYPT)
    (folder / "sha.example").write_text(sha("bob", "secret"))
    _, proxy = drop_in(
        {name: demo_service(f"{name}.example") for name in ("bcrypt", "sha", "anybody")},
        proxy={
            "volumes": volumes(world, certificates.volume, f"{folder}:/etc/nginx/htpasswd:ro")
        },
    )

    def status(host: str, user: str = "") -> int:
        said = asking.basic(user, "secret") if user else {}
        return asking.in_clear_text(proxy.http, host, headers=said)[0]

    eventually("others are served", lambda: status("anybody.example") == 200)
    for host, user, other in (("bcrypt.example", "alice", "bob"), ("sha.example", "bob", "alice")):
        eventually("a password is asked for", lambda name=host: status(name) == 401)
        assert status(host, user) == 200
        assert status(host, other) == 401
    _, headers, _ = asking.in_clear_text(proxy.http, "bcrypt.example")
    assert headers["www-authenticate"] == 'Basic realm="Restricted access"'

    (folder / "bcrypt.example").write_text(BCRYPT.replace("alice", "carol"))
    eventually("the new user comes in", lambda: status("bcrypt.example", "carol") == 200)
    assert status("bcrypt.example", "alice") == 401
    certificates.write("sha.example")
    eventually("it is redirected", lambda: status("sha.example") == 301)
    assert asking.get(proxy.https, "sha.example")[0] == 401
    said = asking.basic("bob", "secret")
    assert asking.get(proxy.https, "sha.example", headers=said)[0] == 200
    assert "{SHA}" not in proxy.log() and "$2y$" not in proxy.log()


def test_the_access_log_is_the_containers_log(drop_in):
    _, proxy = drop_in({})
    assert proxy.status("nobody.example", "/some/path") == 503
    eventually("the request is in the log", lambda: "GET /some/path" in proxy.log())


def test_it_listens_on_ipv6_and_ipv4(drop_in):
    compose, proxy = drop_in(
        {"web": demo_service("six.example")},
        proxy={
            "environment": {"ENABLE_IPV6": "true"},
            # On a network of IPv4 alone an engine turns IPv6 off.
            "sysctls": {"net.ipv6.conf.lo.disable_ipv6": "0"},
        },
    )
    proxy.await_only("six.example", compose.containers("web"))
    inside = ["nsenter", f"--net=/proc/{proxy.process('envoy')}/ns/net"]
    url = ["-H", "Host: six.example", "http://[::1]/over/ipv6"]
    assert run([*inside, "curl", "-gsS", "-m", "10", *url]).endswith(" /over/ipv6\n")


def test_what_is_not_supported_is_named(drop_in):
    environment = {
        "LOG_FORMAT": "$$remote_addr",
        "LOG_JSON": "true",
        "HTTP_PORT": "80",
        "FAIRLEAD_HTTP_LISTEN": "0.0.0.0:18090",
        "FAIRLEAD_INSECURE": "true",
        "FAIRLEAD_XDS_LISTEN": "0.0.0.0:18000",
    }
    healthcheck = {"test": ["CMD", "fairlead", "hosts"], "interval": "1s"}
    ports = ["80:80", "18090:18090"]
    _, proxy = drop_in(
        {}, proxy={"environment": environment, "healthcheck": healthcheck, "ports": ports}
    )
    assert "LOG_FORMAT=$remote_addr is not supported: " in proxy.log()
    assert "FAIRLEAD_XDS_LISTEN=0.0.0.0:18000 has no effect: " in proxy.log()
    assert "HTTP_PORT" not in proxy.log()
    # The status page is where it is asked for, and the healthcheck of the docs passes.
    assert asking.in_clear_text((proxy.ip, 18090), "x", "/healthz")[0] == 200
    eventually("it is healthy", lambda: proxy.state()["Health"]["Status"] == "healthy")
    # What is, is honoured beside it.
    assert proxy.status("nobody.example", "/some/path") == 503
    eventually("the request is in the log, in JSON", lambda: '"path":"/some/path"' in proxy.log())


def test_a_port_that_is_none_ends_it_with_what_to_write(world, project):
    service = proxy_service(world.host1, environment={"HTTP_PORT": "http"})
    proxy = unready(world, project({"proxy": service}))
    assert proxy.await_end() == 2
    assert "HTTP_PORT=http is no port; write a number from 1 to 65535" in proxy.log()


def test_acme_companion_takes_it_for_nginx_proxy_and_for_docker_gen(world):
    """Its entrypoint (functions.sh) ends with an error unless it finds a container with these variables: the one whose
    volumes it has, and in the setup with three containers the one with docker-gen."""
    said = json.loads(world.host1.docker("image", "inspect", "-f", "{{json .Config.Env}}", DROP_IN))
    for name in ("NGINX_VERSION", "DOCKER_GEN_VERSION"):
        assert len([one for one in said if one.startswith(f"{name}=")]) == 1, said


def test_server_and_agent_have_images_of_their_own(world, project):
    group = os.stat(world.host1.socket).st_gid
    compose = project(
        {
            "server": {
                "image": "fairlead-server",
                "command": ["--insecure", "--agent-listen=0.0.0.0:18001"],
            },
            "agent": {
                "image": "fairlead-agent",
                "command": ["--insecure", "--server=server:18001", "--host-id=own"],
                "volumes": [f"{world.host1.socket}:/var/run/docker.sock:ro"],
                "group_add": [str(group)],
            },
        }
    )
    compose.up()
    for service in ("server", "agent"):
        (container,) = compose.containers(service)
        proxy = DropIn(world.host1, container)
        assert ids_of(proxy.process(f"fairlead-{service}")) == (65532, 65532)
    (server,) = compose.containers("server")

    def hosts() -> str:
        return world.host1.docker("exec", server, "fairlead", "hosts", "-o", "json")

    eventually("the agent reports", lambda: '"CONNECTED"' in hosts())
