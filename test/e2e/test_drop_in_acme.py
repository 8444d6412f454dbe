"""ACME's HTTP-01 challenges at the drop-in image, as acme-companion and containers of one's own answer them."""

import pathlib

import pytest

from harness import asking
from harness.docker import demo_service
from harness.images import DropIn, volumes
from harness.passwords import BCRYPT
from harness.wait import eventually

CHALLENGES = "/.well-known/acme-challenge/"
# Not of a private network, by the word of a proxy in front.
STRANGER = {"X-Forwarded-For": "203.0.113.9"}

SERVICES = {
    "secure": demo_service("secure.acme.example"),
    "plain": demo_service("plain.acme.example"),
    "regex": demo_service(r"~^regex[0-9]+\.acme\.example$$"),
    "internal": demo_service("internal.acme.example", environment={"NETWORK_ACCESS": "internal"}),
    "known": demo_service("known.acme.example"),
    "off": demo_service("off.acme.example", environment={"ACME_HTTP_CHALLENGE_LOCATION": "false"}),
    "own": demo_service("own.acme.example"),
    # A responder in a container of its own.
    "responder": demo_service("own.acme.example", environment={"VIRTUAL_PATH": CHALLENGES}),
}


class Html:
    """nginx's document root, which the proxy shares with whoever writes challenges."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder / "html"
        self.folder.mkdir()
        (self.folder / "secret").write_text("a secret")
        self.volume = f"{self.folder}:/usr/share/nginx/html:ro"

    def write(self, token: str) -> str:
        """Its content."""
        folder = self.folder / CHALLENGES.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / token).write_text(f"{token}.thumbprint")
        (folder / "link").unlink(missing_ok=True)
        (folder / "link").symlink_to("/etc/passwd")
        return f"{token}.thumbprint"


@pytest.fixture
def html(tmp_path):
    return Html(tmp_path)


def asked(proxy: DropIn, host: str, token: str) -> tuple:
    """(status, body), for somebody from outside."""
    status, _, body = asking.in_clear_text(
        proxy.http, host, CHALLENGES + token, headers=STRANGER
    )
    return status, body


def test_challenges_are_answered_from_the_shared_volume(
    world, drop_in, certificates, html, tmp_path
):
    passwords = tmp_path / "htpasswd"
    passwords.mkdir()
    (passwords / "known.acme.example").write_text(BCRYPT)
    secure = certificates.write("secure.acme.example")
    certificates.write("own.acme.example")
    compose, proxy = drop_in(
        SERVICES,
        proxy={
            "volumes": volumes(
                world, certificates.volume, html.volume, f"{passwords}:/etc/nginx/htpasswd:ro"
            ),
            "environment": {
                "TRUST_DOWNSTREAM_PROXY": "true",
                "ACME_HTTP_CHALLENGE_ACCEPT_UNKNOWN_HOST": "true",
            },
        },
    )
    proxy.await_shown("secure.acme.example", secure)

    def status(host: str) -> int:
        return asking.in_clear_text(proxy.http, host, headers=STRANGER)[0]

    # What they are without a challenge.
    for host, expected in (
        ("secure.acme.example", 301),
        ("plain.acme.example", 200),
        ("regex1.acme.example", 200),
        ("internal.acme.example", 403),
        ("known.acme.example", 401),
        ("nobody.acme.example", 503),
        ("own.acme.example", 301),
        ("off.acme.example", 200),
    ):
        eventually(f"{host} is served", lambda host=host, of=expected: status(host) == of)

    hosts = [f"{name}.acme.example" for name in ("secure", "plain", "regex1", "internal", "known")]
    for host in (*hosts, "nobody.acme.example"):
        assert asked(proxy, host, "token")[0] == 404
    content = html.write("token")
    for host in (*hosts, "nobody.acme.example"):
        assert asked(proxy, host, "token") == (200, content)

    # A container's claim of the path is stronger, and so is its word that there are none.
    answer = asking.in_clear_text(proxy.http, "own.acme.example", f"{CHALLENGES}token")
    assert answer[0] == 200
    assert answer[1]["x-served-by"] in compose.containers("responder")
    answer = asking.in_clear_text(proxy.http, "off.acme.example", f"{CHALLENGES}token")
    assert answer[1]["x-served-by"] in compose.containers("off")

    for name in ("link", "token/", "..%2f..%2fsecret", "%2e%2e/%2e%2e/secret", "../../secret"):
        answer = asking.in_clear_text(proxy.http, "plain.acme.example", CHALLENGES + name)
        # What leads out of the folder is another path, which is the container's.
        outside = answer[1].get("x-served-by") in compose.containers("plain")
        assert answer[0] == (200 if outside else 404), name
        assert "a secret" not in answer[2] and "root:" not in answer[2], name
    assert "link is not sent: symbolic links are not followed" in proxy.log()

    url = f"http://internal.acme.example{CHALLENGES}token"
    said = proxy.host.docker("exec", proxy.container, "fairlead", "explain", url)
    assert "acme-responder is asked for" in said
    assert "acme.example is not read" not in proxy.log()


def test_a_container_answers_challenges_where_there_is_no_volume(world, drop_in, certificates):
    secure = certificates.write("own.acme2.example")
    compose, proxy = drop_in(
        {
            "own": demo_service("own.acme2.example"),
            "responder": demo_service("own.acme2.example", environment={"VIRTUAL_PATH": CHALLENGES}),
            "all": demo_service("all.acme2.example"),
        },
        proxy={"volumes": volumes(world, certificates.volume)},
    )
    proxy.await_shown("own.acme2.example", secure)
    for host, service in (("own.acme2.example", "responder"), ("all.acme2.example", "all")):
        answer = eventually(
            f"{host} is served",
            lambda host=host: (lambda of: of if of[0] == 200 else None)(
                asking.in_clear_text(proxy.http, host, f"{CHALLENGES}token")
            ),
        )
        assert answer[1]["x-served-by"] in compose.containers(service)
    assert asking.in_clear_text(proxy.http, "own.acme2.example", "/other")[0] == 301
