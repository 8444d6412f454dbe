"""A server with a directory of certificates, an Envoy, a fake agent, and one HTTP server for all containers."""

import contextlib
import http.server
import json
import pathlib
import socket
import ssl
import threading
from typing import Iterator, Optional, Sequence, Tuple

from harness import asking
from harness.certificates import Authority, Pair
from harness.envoy import Envoy
from harness.fairlead import Server, url_host
from harness.fake_agent import FakeAgent
from harness.wait import eventually

# Not those of the Envoy that other tests have on the machine.
HTTP_PORT = 10081
HTTPS_PORT = 10443
ENVOY_ADMIN_PORT = 19911


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with its host and path, /authorization with the header of that name, /request with what it was told, in
    JSON; /slow sends a line, and the next when the test says so; /503 is sick."""

    protocol_version = "HTTP/1.1"
    # Head and body are two writes, and the second must not wait for word of the first.
    disable_nagle_algorithm = True
    go_on = threading.Event()

    def do_GET(self):
        if self.path == "/authorization":
            self.answer(self.headers.get("Authorization", ""))
            return
        if self.path.partition("?")[0] == "/request":
            self.answer(json.dumps(self.told()))
            return
        if self.path == "/slow":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.chunk(b"begin\n")
            Upstream.go_on.wait(60)
            self.chunk(b"end\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        self.answer(f"{self.headers['Host']} {self.path}", 503 if self.path == "/503" else 200)

    do_POST = do_GET

    def told(self) -> dict:
        """Of a connection: the port that it came to, and that at its other end, which is another one for each."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        port = self.connection.getsockname()[1]
        return {"headers": headers, "port": port, "peer": self.client_address[1]}

    def answer(self, text: str, status: int = 200) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, text: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
        self.wfile.flush()

    def log_message(self, *_):
        pass


class _ServerOverIpv6(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


@contextlib.contextmanager
def upstream(pair: Optional[Pair] = None, ip: str = "127.0.0.1") -> Iterator[int]:
    """The port of one. `pair`: it speaks TLS, with that certificate."""
    kind = _ServerOverIpv6 if ":" in ip else http.server.ThreadingHTTPServer
    server = kind((ip, 0), Upstream)
    if pair is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(pair.certificate), str(pair.key))
        # The handshake is for the connection's thread.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        Upstream.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Shop:
    """A server with directories of certificates and of passwords, an Envoy, and one port that all containers have."""

    def __init__(
        self,
        folder: pathlib.Path,
        port: int,
        authority: Authority,
        flags: Sequence[str] = (),
        ip: str = "127.0.0.1",
    ) -> None:
        self.folder = folder
        self._flags = list(flags)
        self.port = port
        self.authority = authority
        self.certificates = folder / "certs"
        self.certificates.mkdir()
        self.passwords = folder / "htpasswd"
        self.passwords.mkdir()
        self.agent: Optional[FakeAgent] = None
        self.envoy: Optional[Envoy] = None
        self.server = Server(
            "127.0.0.1",
            folder,
            [
                f"--certificates-dir={self.certificates}",
                f"--htpasswd-dir={self.passwords}",
                f"--https-listener={url_host(ip)}:{HTTPS_PORT}",
                *flags,
            ],
            HTTP_PORT,
            http_ip=ip if ":" in ip else "0.0.0.0",
        )

    def start(self) -> None:
        self.server.start()
        self.agent = FakeAgent(self.server)
        self.envoy = Envoy(
            "edge", self.server, self.folder, host_id="h1", admin_port=ENVOY_ADMIN_PORT
        )
        if "--proxy-protocol" in self._flags:
            self.envoy.preamble = asking.proxy_header("127.0.0.1")
        self.envoy.start()

    def stop(self) -> None:
        if self.agent:
            self.agent.stop()
        if self.envoy and self.envoy.process:
            self.envoy.process.stop()
        if self.server.process:
            self.server.process.stop()

    def run(self, host: str, labels: Optional[dict] = None, **environment: str) -> None:
        name = host.replace(".", "-")
        self.agent.run(name, self.port, {"VIRTUAL_HOST": host, **environment}, labels)

    def write(self, name: str, *names: str, **how) -> bytes:
        """A new certificate into the directory; what a client sees of it."""
        pair = self.authority.issue(names or [name], **how)
        pair.write_to(self.certificates, name)
        return ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())

    def connect(self, name: str, pair: Optional[Pair] = None) -> ssl.SSLSocket:
        return asking.connect(("127.0.0.1", HTTPS_PORT), name, pair)

    def shown(self, name: str) -> Optional[bytes]:
        """The certificate that is shown to whoever asks for that name; None: there is no handshake."""
        return asking.shown(("127.0.0.1", HTTPS_PORT), name)

    def await_shown(self, name: str, certificate: bytes) -> None:
        eventually(f"{name} is served with its certificate", lambda: self.shown(name) == certificate)

    def get(
        self, name: str, target: str = "/", pair: Optional[Pair] = None, host: str = ""
    ) -> Tuple[int, dict, str]:
        """(status, headers, body) over https. `pair`: the client's certificate."""
        return asking.get(("127.0.0.1", HTTPS_PORT), name, target, pair, host)

    def in_clear_text(
        self, name: str, target: str = "/", method: str = "GET"
    ) -> Tuple[int, Optional[str], str]:
        """(status, Location, body) over http."""
        status, headers, body = asking.in_clear_text(
            ("127.0.0.1", HTTP_PORT), name, target, method
        )
        return status, headers.get("location"), body


@contextlib.contextmanager
def open_shop(
    folder: pathlib.Path, flags: Sequence[str] = (), ip: str = "127.0.0.1"
) -> Iterator[Shop]:
    """One that runs, with its upstream. `ip`: where Envoy listens for https, and for http too if it is of IPv6."""
    with upstream() as port:
        running = Shop(folder, port, Authority(folder), flags, ip)
        try:
            running.start()
            yield running
        finally:
            running.stop()
