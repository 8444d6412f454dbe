"""Certificates through a real Envoy: which one a name gets, what a swap does, redirects, client certificates.

No Docker: a fake agent tells what runs, and the containers are HTTP servers of the test.
"""

import http.client
import json
import ssl

import pytest

from harness import asking
from harness.certificates import Authority
from harness.https_shop import HTTP_PORT, HTTPS_PORT, Upstream, open_shop
from harness.wait import eventually

HTTP = ("127.0.0.1", HTTP_PORT)
HTTPS = ("127.0.0.1", HTTPS_PORT)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


def test_each_name_gets_its_certificate(shop):
    own = shop.write("own.example")
    parent = shop.write("parent.example", "*.parent.example")
    named = shop.write("by-name", "named.example")
    for host, environment in (
        ("own.example", {}),
        ("a.parent.example", {}),
        ("named.example", {"CERT_NAME": "by-name"}),
    ):
        shop.run(host, **environment)
    shop.await_shown("own.example", own)
    shop.await_shown("a.parent.example", parent)
    shop.await_shown("named.example", named)
    assert shop.get("a.parent.example", "/path")[2] == "a.parent.example /path"
    # There is no default certificate: whoever asks for another name gets none.
    assert shop.shown("nobody.example") is None


# Not those of other tests.
EXTERNAL_PORT = 10085


def test_one_port_is_not_for_http_and_https_both(shop):
    for name in ("a-port.example", "b-port.example", "beside-port.example"):
        shop.write(name)
    shop.run("b-port.example", EXTERNAL_HTTP_PORT=str(EXTERNAL_PORT), HTTPS_METHOD="noredirect")
    external = ("127.0.0.1", EXTERNAL_PORT)

    def served(ask, *arguments) -> bool:
        try:
            return ask(*arguments)[0] == 200
        except OSError:
            return False

    eventually("it has the port", lambda: served(asking.in_clear_text, external, "b-port.example"))
    # The first by its service's name has it, whoever came first.
    shop.run("a-port.example", EXTERNAL_HTTPS_PORT=str(EXTERNAL_PORT))
    eventually("the port is https's", lambda: served(asking.get, external, "a-port.example"))
    eventually("the other host moves", lambda: served(shop.in_clear_text, "b-port.example"))
    (problem,) = [one for one in shop.server.problems() if one.get("word") == "EXTERNAL_HTTP_PORT"]
    assert problem["service"] == "shop/b-port-example" and problem["cure"]
    assert "shop/a-port-example asks for with EXTERNAL_HTTPS_PORT" in problem["what"]
    shop.run("beside-port.example", HTTPS_METHOD="noredirect")
    eventually("others go on", lambda: served(shop.in_clear_text, "beside-port.example"))
    assert all(int(of["nacks"]) == 0 for of in shop.server.proxy("edge")["types"])


def test_a_swap_is_live_and_cuts_nothing(shop):
    before = shop.write("swap.example")
    shop.run("swap.example")
    shop.await_shown("swap.example", before)
    Upstream.go_on.clear()
    slow = http.client.HTTPSConnection("127.0.0.1", HTTPS_PORT, timeout=30)
    slow.sock = shop.connect("swap.example")
    slow.request("GET", "/slow", headers={"Host": "swap.example"})
    response = slow.getresponse()
    assert response.readline() == b"begin\n"
    idle = http.client.HTTPSConnection("127.0.0.1", HTTPS_PORT, timeout=30)
    idle.sock = shop.connect("swap.example")

    listeners = shop.server.responses("edge")["LDS"]
    after = shop.write("swap.example")
    shop.await_shown("swap.example", after)

    Upstream.go_on.set()
    assert response.readline() == b"end\n"
    assert response.read() == b""
    idle.request("GET", "/still", headers={"Host": "swap.example"})
    assert idle.getresponse().read() == b"swap.example /still"
    # It is the secret alone that was sent.
    assert shop.server.responses("edge")["LDS"] == listeners
    # And its key is shown to nobody.
    shown = shop.server.text("proxy-config", "edge", "secrets", "-o", "yaml")
    assert "BEGIN CERTIFICATE" in shown and "PRIVATE KEY" not in shown
    for log in shop.folder.glob("*.log"):
        assert "PRIVATE KEY" not in log.read_text(errors="replace"), log


def test_what_is_wrong_leaves_the_last_good_one(shop):
    good = shop.write("wrong.example")
    shop.run("wrong.example")
    shop.await_shown("wrong.example", good)

    def problem(part):
        return any(
            part in problem["what"] and "wrong.example" in problem["word"]
            for problem in shop.server.problems()
        )

    shop.write("wrong.example", start="20250101000000Z", end="20250201000000Z")
    eventually("the expired one is a problem", lambda: problem("expired at"))
    assert shop.shown("wrong.example") == good
    (shop.certificates / "wrong.example.key").write_text("no key")
    eventually("the bad key is a problem", lambda: problem("it holds no private key"))
    assert shop.shown("wrong.example") == good
    after = shop.write("wrong.example")
    shop.await_shown("wrong.example", after)
    eventually("the problem is gone", lambda: not problem(""))


def test_redirects_and_hsts(shop):
    for host in ("plain.example", "both.example", "only.example", "post.example"):
        shop.write(host)
    shop.run("plain.example")
    shop.run("both.example", HTTPS_METHOD="noredirect")
    shop.run("only.example", HTTPS_METHOD="nohttp", HSTS="max-age=60")
    shop.run(
        "post.example", {"com.github.nginx-proxy.nginx-proxy.non-get-redirect": "308"}
    )
    for host in ("plain.example", "both.example", "only.example", "post.example"):
        eventually(f"{host} is served", lambda name=host: shop.shown(name))
    location = f"https://plain.example:{HTTPS_PORT}/a?b=c"
    assert shop.in_clear_text("plain.example", "/a?b=c")[:2] == (301, location)
    assert shop.in_clear_text("plain.example", "/a", "POST")[0] == 301
    assert shop.in_clear_text("post.example", "/a", "POST")[0] == 308
    assert shop.in_clear_text("post.example", "/a")[0] == 301
    # What an authority asks for to issue a certificate goes to the container.
    challenge = "/.well-known/acme-challenge/token"
    assert shop.in_clear_text("plain.example", challenge)[0::2] == (200, f"plain.example {challenge}")
    assert shop.in_clear_text("both.example")[0] == 200
    assert shop.in_clear_text("only.example")[0] == 404
    hsts = "strict-transport-security"
    assert shop.get("plain.example")[1][hsts] == "max-age=31536000"
    assert shop.get("only.example")[1][hsts] == "max-age=60"
    assert hsts not in shop.get("both.example")[1]


def test_without_a_certificate_it_is_clear_text_until_there_is_one(shop):
    shop.run("later.example")
    eventually("it is served", lambda: shop.in_clear_text("later.example")[0] == 200)
    certificate = shop.write("later.example")
    shop.await_shown("later.example", certificate)
    eventually("it is redirected", lambda: shop.in_clear_text("later.example")[0] == 301)


def test_a_certificate_that_is_not_there_is_no_https_and_told(shop):
    shop.write("astray.example")
    shop.run("astray.example", CERT_NAME="nowhere")
    eventually("it is served in clear text", lambda: shop.in_clear_text("astray.example")[0] == 200)
    assert shop.shown("astray.example") is None
    (problem,) = [of for of in shop.server.problems() if of.get("service") == "astray.example"]
    assert problem["word"] == "CERT_NAME" and problem["cure"]
    assert "there is no certificate 'nowhere'" in problem["what"]


def test_a_file_beside_it_leads_on_to_its_authority(shop):
    pair = shop.authority.intermediate("between").issue(["chain.example"])
    between = (shop.folder / "between.pem").read_bytes()
    (shop.certificates / "chain.example.chain.pem").write_bytes(between)
    pair.write_to(shop.certificates, "chain.example")
    shop.run("chain.example")
    shop.await_shown("chain.example", ssl.PEM_cert_to_DER_cert(pair.certificate.read_text()))
    # Whoever knows nothing but the authority finds the way there.
    with asking.connect(HTTPS, "chain.example", authority=shop.authority) as connection:
        assert connection.getpeercert()["subjectAltName"] == (("DNS", "chain.example"),)
    (shop.certificates / "chain.example.chain.pem").unlink()

    def leads_nowhere() -> bool:
        try:
            asking.connect(HTTPS, "chain.example", authority=shop.authority).close()
            return False
        except ssl.SSLCertVerificationError:
            return True

    eventually("without the file there is no way", leads_nowhere)


def test_containers_are_told_of_https_and_believe_no_client(shop):
    shop.write("told.example")
    shop.run("told.example")
    eventually("it is served", lambda: shop.shown("told.example"))
    names = ("X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto")
    lies = {name: "lie" for name in (*names, "X-Forwarded-Ssl", "X-Original-URI", "Proxy")}
    status, _, body = asking.get(HTTPS, "told.example", "/request?a=b", headers=lies)
    assert status == 200
    told = json.loads(body)["headers"]
    assert told["host"] == told["x-forwarded-host"] == "told.example"
    assert told["x-real-ip"] == "127.0.0.1"
    assert (told["x-forwarded-proto"], told["x-forwarded-ssl"]) == ("https", "on")
    assert told["x-forwarded-port"] == str(HTTPS_PORT)
    assert told["x-original-uri"] == "/request?a=b"
    assert "proxy" not in told


def test_behind_a_proxy_that_is_not_trusted_redirects_have_no_end(shop):
    """Whoever asks that proxy over https is told to ask over https. Unless the host does not redirect."""
    shop.write("cycle.example")
    shop.write("no-cycle.example")
    shop.run("cycle.example")
    shop.run("no-cycle.example", HTTPS_METHOD="noredirect")
    for host in ("cycle.example", "no-cycle.example"):
        eventually(f"{host} is served", lambda name=host: shop.shown(name))
    front = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.1"}
    status, headers, _ = asking.in_clear_text(HTTP, "cycle.example", "/a", headers=front)
    assert (status, headers["location"]) == (301, f"https://cycle.example:{HTTPS_PORT}/a")
    assert asking.in_clear_text(HTTP, "no-cycle.example", "/a", headers=front)[0] == 200
    # What explains requests says so.
    explained = ["explain", f"http://cycle.example:{HTTP_PORT}/a"]
    told = shop.server.text(*explained)
    assert f"301 to https://cycle.example:{HTTPS_PORT}/a" in told, told


def test_client_certificates(shop):
    shop.run("open.example")
    opened = shop.write("open.example")
    clients = Authority(shop.folder, "clients")
    (shop.certificates / "closed.example.ca.crt").write_bytes(clients.certificate.read_bytes())
    shop.write("closed.example")
    shop.run("closed.example")
    mine = clients.issue(["client.example"])
    strange = shop.authority.issue(["client.example"])

    def status(pair, name="closed.example", host=""):
        try:
            return shop.get(name, pair=pair, host=host)[0]
        except (OSError, http.client.HTTPException):
            return None

    eventually("its clients are let in", lambda: status(mine) == 200)
    assert status(None) is None
    assert status(strange) is None
    # Nobody comes in by way of another host's connection.
    shop.await_shown("open.example", opened)
    for host in ("closed.example", "closed.example.", "closed.example:443"):
        assert status(None, name="open.example", host=host) == 421, host
    assert status(mine, host="open.example") == 421


@pytest.mark.parametrize(
    "said, own, strange, none",
    [
        ("optional", 200, None, 200),
        ("optional_no_ca", 200, 200, 200),
        ("off", 200, 200, 200),
        ("something", 200, None, None),
    ],
)
def test_what_clients_have_to_show(shop, said, own, strange, none):
    host = f"{said.replace('_', '-')}.clients.example"
    clients = Authority(shop.folder, f"clients-{said}")
    (shop.certificates / f"{host}.ca.crt").write_bytes(clients.certificate.read_bytes())
    shown = shop.write(host)
    shop.run(host, {"com.github.nginx-proxy.nginx-proxy.ssl_verify_client": said})

    def status(pair):
        try:
            return shop.get(host, pair=pair)[0]
        except (OSError, http.client.HTTPException):
            return None

    mine = clients.issue(["client.example"])
    eventually("its clients are let in", lambda: status(mine) == own)
    assert status(shop.authority.issue(["client.example"])) == strange
    assert status(None) == none
    if none is not None:
        assert shop.shown(host) == shown


def test_by_hand(shop):
    pair = shop.authority.issue(["hand.example"])
    put = ["certificates", "put", "hand.example"]
    shop.run("hand.example")
    text = shop.server.text(*put, "--cert", str(pair.certificate), "--key", str(pair.key))
    assert text == "put; it is served from now on\n"
    shop.await_shown("hand.example", ssl.PEM_cert_to_DER_cert(pair.certificate.read_text()))
    assert "hand.example" in shop.server.text("certificates")
    shop.server.text("certificates", "delete", "hand.example")
    eventually("it is gone", lambda: shop.shown("hand.example") is None)


def test_a_default_certificate_serves_whoever_asks_for_no_other(shop):
    shop.run("trusts.example")
    shop.run("distrusts.example", {"com.github.nginx-proxy.nginx-proxy.trust-default-cert": "false"})
    for host in ("trusts.example", "distrusts.example"):
        eventually(f"{host} is served", lambda name=host: shop.in_clear_text(name)[0] == 200)
    default = shop.write("default", "default.example")
    shop.await_shown("nobody.example", default)
    assert shop.get("nobody.example")[0] == 404
    eventually("it stands in", lambda: shop.in_clear_text("trusts.example")[0] == 301)
    assert shop.get("trusts.example")[0] == 200
    # Not for who does not trust it.
    assert shop.in_clear_text("distrusts.example")[0] == 200
    assert shop.get("distrusts.example")[0] == 404
    own = shop.write("own.example")
    shop.await_shown("own.example", own)
