"""Password files through a real Envoy: who is asked, who comes in, what a change does, what happens without the server.

No Docker: a fake agent tells what runs, and the containers are HTTP servers of the test.
"""

import json
import os
import subprocess

import pytest

from harness import asking, paths
from harness.certificates import Authority
from harness.https_shop import HTTP_PORT, HTTPS_PORT, Shop, upstream
from harness.passwords import BCRYPT, file_of, openssl, sha
from harness.wait import eventually

HTTP = ("127.0.0.1", HTTP_PORT)
HTTPS = ("127.0.0.1", HTTPS_PORT)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("passwords")
    with upstream() as port:
        running = Shop(folder, port, Authority(folder))
        try:
            running.start()
            yield running
        finally:
            running.stop()


def status(host, target="/", user=None, password="secret"):
    headers = asking.basic(user, password) if user else {}
    return asking.in_clear_text(HTTP, host, target, headers=headers)[0]


def write(shop, name, content):
    """Renamed over the one before, as htpasswd does not, but editors do."""
    new = shop.passwords / f".{name}.new"
    new.write_text(content)
    new.rename(shop.passwords / name)


LINES = {
    "sha": sha("alice", "secret"),
    "apr1": openssl("-apr1", "alice", "secret"),
    "bcrypt": BCRYPT,
    "crypt6": openssl("-6", "alice", "secret"),
    "mixed": sha("bob", "secret") + openssl("-apr1", "alice", "secret"),
}


@pytest.mark.parametrize("form", LINES)
def test_who_is_in_the_file_comes_in(shop, form):
    host, other = f"{form}.form.example", f"{form}.open.example"
    write(shop, host, LINES[form])
    shop.run(host)
    shop.run(other)
    eventually("others are served", lambda: status(other) == 200)
    eventually("a password is asked for", lambda: status(host) == 401)
    _, headers, _ = asking.in_clear_text(HTTP, host)
    assert headers["www-authenticate"] == 'Basic realm="Restricted access"'
    for target in ("/", "/deep/path?query"):
        assert status(host, target, "alice") == 200
        assert status(host, target, "alice") == 200
        assert status(host, target, "alice", "other") == 401
        assert status(host, target, "eve") == 401
    # What the client said goes on to the container, as with nginx.
    said = asking.basic("alice", "secret")
    assert asking.in_clear_text(HTTP, host, "/authorization", headers=said)[2] == said["Authorization"]
    for wrong in ("Basic", "Basic !!!", "Bearer alice:secret", "Basic YWxpY2U="):
        assert asking.in_clear_text(HTTP, host, headers={"Authorization": wrong})[0] == 401


@pytest.mark.parametrize("form", ["sha", "bcrypt"])
def test_a_change_is_live(shop, form):
    host = f"{form}.live.example"
    secret = sha("alice", "secret") if form == "sha" else BCRYPT
    shop.run(host)
    eventually("it is open", lambda: status(host) == 200)
    write(shop, host, secret)
    eventually("a password is asked for", lambda: status(host) == 401)
    assert status(host, user="alice") == 200
    listeners = shop.server.responses("edge")["LDS"]
    write(shop, host, secret.replace("alice", "bob"))
    eventually("bob comes in", lambda: status(host, user="bob") == 200)
    assert status(host, user="alice") == 401
    # Written in place: whatever is read of it lets nobody in who is not to be.
    (shop.passwords / host).write_text("")
    eventually("nobody comes in", lambda: status(host, user="bob") == 401)
    os.remove(shop.passwords / host)
    eventually("it is open again", lambda: status(host) == 200)
    assert shop.server.responses("edge")["LDS"] == listeners


def test_a_path_of_its_own(shop):
    host = "path.example"
    write(shop, file_of(host, "/admin"), BCRYPT)
    shop.agent.run("path-web", shop.port, {"VIRTUAL_HOST": host, "VIRTUAL_PATH": "/"})
    shop.agent.run("path-admin", shop.port, {"VIRTUAL_HOST": host, "VIRTUAL_PATH": "/admin"})
    eventually("a password is asked for", lambda: status(host, "/admin/x") == 401)
    assert status(host, "/admin/x", "alice") == 200
    assert status(host, "/other") == 200
    # No other spelling leads past it.
    for target in ("/x/../admin", "/x/%2e%2E/admin", "/x\\..\\admin", "/x/..;/admin"):
        assert status(host, target) == 401
    for target in ("//admin", "/x%2f..%2fadmin", "/x/%2e%2e;/admin"):
        assert status(host, target) == 400
    write(shop, host, sha("bob", "secret"))
    eventually("the rest of the host asks too", lambda: status(host, "/other") == 401)
    assert status(host, "/other", "bob") == 200
    assert status(host, "/admin/x", "bob") == 401


def test_over_https_and_before_it(shop):
    host = "secure.example"
    challenge = "/.well-known/acme-challenge/token_-1"
    write(shop, host, sha("alice", "secret"))
    shop.run(host)
    eventually("a password is asked for", lambda: status(host) == 401)
    assert status(host, challenge) == 200
    assert status(host, "/.well-known/acme-challenge/../private") == 401
    shop.await_shown(host, shop.write(host))
    # Nobody is asked for a password in clear text.
    eventually("it is redirected", lambda: status(host) == 301)
    assert status(host, challenge) == 200
    assert status(host, "/.well-known/acme-challenge/../private") == 301
    assert asking.get(HTTPS, host)[0] == 401
    assert asking.get(HTTPS, host, headers=asking.basic("alice", "secret"))[0] == 200


def test_what_is_wrong_lets_nobody_in_and_is_told(shop):
    host = "wrong.example"
    write(shop, host, "alice:topsecret\n" + sha("bob", "secret"))
    shop.run(host)
    eventually("a password is asked for", lambda: status(host) == 401)
    assert status(host, user="bob") == 200
    assert status(host, user="alice", password="topsecret") == 401
    (problem,) = [p for p in shop.server.problems() if host in p.get("word", "")]
    assert "line 1 has no hash of a known form for the user 'alice'" in problem["what"]
    assert "htpasswd" in problem["cure"] and "topsecret" not in json.dumps(problem)
    os.remove(shop.passwords / host)
    (shop.passwords / host).mkdir()
    eventually("it is open, and no problem", lambda: status(host) == 200)
    assert not [p for p in shop.server.problems() if host in p.get("word", "")]


def test_no_dump_and_no_log_has_a_hash(shop):
    host = "hidden.example"
    line = sha("alice", "a password of this test")
    write(shop, host, line)
    write(shop, file_of(host, "/bcrypt"), BCRYPT)
    shop.run(host)
    eventually("a password is asked for", lambda: status(host) == 401)
    shown = shop.server.text("proxy-config", "edge", "routes", "-o", "yaml")
    assert host in shown and "[redacted]" in shown
    texts = [shown, shop.server.text("problems", "-o", "json")]
    texts += [log.read_text(errors="replace") for log in shop.folder.glob("*.log")]
    for text in texts:
        assert line.strip().split("{SHA}")[1] not in text
        assert BCRYPT.strip().split("$05$")[1] not in text


def test_without_the_server_only_those_come_in_whom_proxies_know(shop):
    write(shop, "known.example", sha("alice", "secret"))
    write(shop, "asked.example", BCRYPT)
    shop.run("known.example")
    shop.run("asked.example")
    for host in ("known.example", "asked.example"):
        eventually("a password is asked for", lambda name=host: status(name) == 401)
        assert status(host, user="alice") == 200
    shop.server.process.stop()
    assert status("known.example") == 401
    assert status("known.example", user="alice") == 200
    assert status("asked.example") == 503
    assert status("asked.example", user="alice") == 503
    shop.server.start()
    eventually("it is asked again", lambda: status("asked.example", user="alice") == 200)
    assert status("asked.example") == 401


def test_a_directory_that_is_not_there_ends_the_server(tmp_path):
    done = subprocess.run(
        [
            paths.server(),
            "--data-dir=memory",
            f"--htpasswd-dir={tmp_path}/none",
            *(f"--{port}-listen=127.0.0.1:0" for port in ("xds", "agent", "admin", "http")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "it is not known which hosts ask for passwords" in done.stdout
