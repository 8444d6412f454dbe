"""A gRPC server and a client of it that know nothing of xDS, to see what a proxy between them does.

The program is test/harness/grpc/echo.py.
"""

import contextlib
import json
import subprocess
from typing import Iterator, Optional

from harness.certificates import Authority, Pair
from harness.grpc_clients import PYTHON, SOURCES

_ECHO = [str(PYTHON), str(SOURCES / "echo.py")]
# What comes of a call that reaches the service.
ECHOED = {"said": "hello", "chat": ["one", "two", "three"], "failed": ["NOT_FOUND", "no such thing"]}


@contextlib.contextmanager
def echo_server(pair: Optional[Pair] = None) -> Iterator[int]:
    """The port of one. `pair`: it speaks TLS, with that certificate."""
    files = [str(pair.certificate), str(pair.key)] if pair else []
    with subprocess.Popen(
        [*_ECHO, "serve", *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield int(server.stdout.readline())
        server.stdin.close()


def echo(port: int, name: str, authority: Optional[Authority] = None) -> dict:
    """What comes of calls to that port of 127.0.0.1 for the host `name`; {} if they fail. `authority`: over TLS."""
    files = [str(authority.certificate)] if authority else []
    done = subprocess.run(
        [*_ECHO, "call", f"127.0.0.1:{port}", name, *files],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=60,
    )
    return json.loads(done.stdout) if done.returncode == 0 else {}
