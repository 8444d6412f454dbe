"""A server with a directory of certificates, an Envoy, a fake agent, and one HTTP server for all containers."""

import contextlib
import http.client
import http.server
import pathlib
import socket
import ssl
import threading
from typing import Optional, Tuple

from harness.certificates import Authority, Pair
from harness.envoy import Envoy
from harness.fairlead import Server
from harness.fake_agent import FakeAgent
from harness.wait import eventually

# Not those of the Envoy that other tests have on the machine.
HTTP_PORT = 10081
HTTPS_PORT = 10443
ENVOY_ADMIN_PORT = 19911


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with its host and path; /slow sends a line, and the next when the test says so."""

    protocol_version = "HTTP/1.1"
    go_on = threading.Event()

    def do_GET(self):
        if self.path == "/slow":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.chunk(b"begin\n")
            Upstream.go_on.wait(60)
            self.chunk(b"end\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        body = f"{self.headers['Host']} {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def chunk(self, text: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
        self.wfile.flush()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def upstream():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
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
    """A server with a directory of certificates, an Envoy, and one port that all containers have."""

    def __init__(self, folder: pathlib.Path, port: int, authority: Authority) -> None:
        self.folder = folder
        self.port = port
        self.authority = authority
        self.certificates = folder / "certs"
        self.certificates.mkdir()
        self.agent: Optional[FakeAgent] = None
        self.envoy: Optional[Envoy] = None
        self.server = Server(
            "127.0.0.1",
            folder,
            [
                f"--certificates-dir={self.certificates}",
                f"--https-listener=127.0.0.1:{HTTPS_PORT}",
            ],
            HTTP_PORT,
        )

    def start(self) -> None:
        self.server.start()
        self.agent = FakeAgent(self.server)
        self.envoy = Envoy(
            "edge", self.server, self.folder, host_id="h1", admin_port=ENVOY_ADMIN_PORT
        )
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
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if pair is not None:
            context.load_cert_chain(str(pair.certificate), str(pair.key))
        raw = socket.create_connection(("127.0.0.1", HTTPS_PORT), timeout=10)
        return context.wrap_socket(raw, server_hostname=name)

    def shown(self, name: str) -> Optional[bytes]:
        """The certificate that is shown to whoever asks for that name; None: there is no handshake."""
        try:
            with self.connect(name) as connection:
                return connection.getpeercert(binary_form=True)
        except OSError:
            return None

    def await_shown(self, name: str, certificate: bytes) -> None:
        eventually(f"{name} is served with its certificate", lambda: self.shown(name) == certificate)

    def get(
        self, name: str, target: str = "/", pair: Optional[Pair] = None, host: str = ""
    ) -> Tuple[int, dict, str]:
        """(status, headers, body) over https. `pair`: the client's certificate."""
        connection = http.client.HTTPSConnection("127.0.0.1", HTTPS_PORT, timeout=10)
        connection.sock = self.connect(name, pair)
        connection.request("GET", target, headers={"Host": host or name})
        response = connection.getresponse()
        headers = {key.lower(): value for key, value in response.getheaders()}
        answer = response.status, headers, response.read().decode()
        connection.close()
        return answer

    def in_clear_text(
        self, name: str, target: str = "/", method: str = "GET"
    ) -> Tuple[int, Optional[str], str]:
        """(status, Location, body) over http."""
        connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=10)
        connection.request(method, target, headers={"Host": name})
        response = connection.getresponse()
        answer = response.status, response.getheader("Location"), response.read().decode()
        connection.close()
        return answer
