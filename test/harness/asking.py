"""Asks whoever listens at an address, over https and in clear text."""

import base64
import http.client
import ipaddress
import json
import socket
import ssl
import struct
import subprocess
from typing import Optional, Sequence, Tuple

from harness import paths
from harness.certificates import Authority, Pair

HTTP3_PYTHON = paths.TOP / ".cache" / "aioquic" / "bin" / "python3"
HTTP3_CLIENT = paths.TOP / "test" / "harness" / "http3_client.py"

Address = Tuple[str, int]


def open_socket(address: Address, source: str = "", preamble: bytes = b"") -> socket.socket:
    """From the address `source`, if there is one. `preamble`: what the connection begins with, before TLS and requests."""
    opened = socket.create_connection(
        address, timeout=10, source_address=(source, 0) if source else None
    )
    opened.sendall(preamble)
    return opened


def proxy_header(client: str, version: int = 1) -> bytes:
    """What a proxy in front that speaks the PROXY protocol puts before a connection of `client` to port 443."""
    ip = ipaddress.ip_address(client)
    here = ipaddress.ip_address("::1" if ip.version == 6 else "127.0.0.1")
    if version == 1:
        return f"PROXY TCP{ip.version} {ip} {here} 40000 443\r\n".encode()
    addresses = ip.packed + here.packed + struct.pack("!HH", 40000, 443)
    family = 0x21 if ip.version == 6 else 0x11
    head = b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x21, family, len(addresses))
    return head + addresses


def connect(
    address: Address,
    name: str,
    pair: Optional[Pair] = None,
    newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    protocols: Sequence[str] = (),
    authority: Optional[Authority] = None,
    preamble: bytes = b"",
) -> ssl.SSLSocket:
    """Over TLS, for that name (SNI). `pair`: the client's own. `protocols`: those that it can speak (ALPN). `authority`:
    that the certificate has to lead to, and be of that name; without one, whatever is shown will do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(str(authority.certificate))
    context.maximum_version = newest
    if protocols:
        context.set_alpn_protocols(list(protocols))
    if pair is not None:
        context.load_cert_chain(str(pair.certificate), str(pair.key))
    return context.wrap_socket(open_socket(address, preamble=preamble), server_hostname=name)


def shown(
    address: Address, name: str, newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED
) -> Optional[bytes]:
    """The certificate that is shown to whoever asks for that name; None: there is no handshake."""
    try:
        with connect(address, name, newest=newest) as connection:
            return connection.getpeercert(binary_form=True)
    except OSError:
        return None


def get(
    address: Address,
    name: str,
    target: str = "/",
    pair: Optional[Pair] = None,
    host: str = "",
    headers: Optional[dict] = None,
    preamble: bytes = b"",
) -> Tuple[int, dict, str]:
    """(status, headers, body) over https."""
    connection = http.client.HTTPSConnection(*address, timeout=10)
    connection.sock = connect(address, name, pair, preamble=preamble)
    return _answer(connection, "GET", target, {"Host": host or name, **(headers or {})})


def over_http3(
    address: Address, authority: Authority, name: str, *targets: str
) -> Optional[dict]:
    """As http3_client.py writes it; None: there is no connection for that name."""
    done = subprocess.run(
        [str(HTTP3_PYTHON), str(HTTP3_CLIENT), address[0], str(address[1])]
        + [str(authority.certificate), name, *targets],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout) if done.returncode == 0 else None


def in_clear_text(
    address: Address,
    name: str,
    target: str = "/",
    method: str = "GET",
    headers: Optional[dict] = None,
    source: str = "",
    preamble: bytes = b"",
) -> Tuple[int, dict, str]:
    """(status, headers, body) over http."""
    connection = http.client.HTTPConnection(*address, timeout=10)
    connection.sock = open_socket(address, source, preamble)
    return _answer(connection, method, target, {"Host": name, **(headers or {})})


def basic(user: str, password: str) -> dict:
    """The header by which somebody says who he is (RFC 7617)."""
    text = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {text}"}


def _answer(connection, method: str, target: str, headers: dict) -> Tuple[int, dict, str]:
    """With the headers' names in lower case."""
    try:
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        found = {key.lower(): value for key, value in response.getheaders()}
        return response.status, found, response.read().decode()
    finally:
        connection.close()
