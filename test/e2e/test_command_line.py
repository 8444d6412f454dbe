"""A wrong flag or a wrong configuration file is refused, and the message says which flag or which line."""

import subprocess

import pytest

from harness import paths
from harness.fairlead import fails

PROGRAMS = {"server": paths.server, "agent": paths.agent, "fairlead": paths.fairlead}


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_unknown_flag_is_named(program):
    assert "--no-such-flag" in fails([PROGRAMS[program](), "--no-such-flag"])


@pytest.mark.parametrize(
    "program, flag, value",
    [
        ("server", "--xds-listen", "nonsense"),
        ("server", "--http-listener", "1.2.3.4:99999"),
        ("server", "--acme-responder", "localhost:8088"),
        ("server", "--acme-responder", "127.0.0.1:0"),
        ("server", "--error-page", "/nowhere/page.html"),
        ("server", "--unavailable-page", "/dev/null"),
        ("server", "--https-listener", "nowhere"),
        ("server", "--https-method", "x"),
        ("server", "--non-get-redirect", "302"),
        ("server", "--hsts", "nonsense"),
        ("server", "--ssl-policy", "Modern"),
        ("server", "--access-log", "xml"),
        ("server", "--unknown-host-status", "99"),
        ("server", "--unreachable-status", "504"),
        ("server", "--default-host", "a b{"),
        ("server", "--default-host", "http://x/"),
        ("server", "--default-host", "~(?!x)"),
        ("agent", "--docker-host", "ftp://example"),
        ("agent", "--advertise-address", "not-an-ip"),
    ],
)
def test_a_flag_with_a_wrong_value_is_named(program, flag, value, tmp_path):
    more = [f"--data-dir={tmp_path}"] if program == "server" else []
    assert flag in fails([PROGRAMS[program](), flag, value, *more])


def test_which_free_port_was_taken_is_printed():
    names = {"xds": "xds", "agents": "agent", "admin": "admin", "http": "http"}
    server = subprocess.Popen(
        [
            paths.server(),
            "--data-dir=memory",
            *(f"--{port}-listen=127.0.0.1:0" for port in names.values()),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        lines = [server.stdout.readline().split(" ") for _ in names]
    finally:
        server.terminate()
        assert server.wait(timeout=60) == 0
        server.stdout.close()
    assert [name for name, _ in lines] == list(names)
    assert all(int(address.partition("127.0.0.1:")[2]) > 0 for _, address in lines)


def test_plain_text_off_loopback_needs_a_word():
    assert "--insecure" in fails([paths.server(), "--xds-listen", "0.0.0.0:0"])


@pytest.mark.parametrize("wrong", ["no-such-setting: 1", "xds-listen: [1, 2"])
def test_the_line_of_a_wrong_configuration_file_is_named(wrong, tmp_path):
    config = tmp_path / "fairlead.yaml"
    config.write_text(f"# a comment\n\n{wrong}\n")
    message = fails([paths.server(), "--config", str(config), "--data-dir", str(tmp_path / "data")])
    assert "fairlead.yaml" in message
    assert any(
        line in message for line in ("fairlead.yaml:3", "line 3", "fairlead.yaml:4", "line 4")
    ), message
