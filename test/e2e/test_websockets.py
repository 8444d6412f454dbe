"""What is open stays open, whatever comes and goes beside it."""

import socket

from harness.docker import demo_service

ROUNDS = 8


class WebSocket:
    """An upgraded connection through a proxy, to a server that sends everything back."""

    def __init__(self, proxy, host_name: str) -> None:
        self._socket = socket.create_connection((proxy.ip, proxy.port), timeout=10)
        self._socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {host_name}\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            more = self._socket.recv(4096)
            assert more, head
            head += more
        assert head.startswith(b"HTTP/1.1 101 "), head
        self.container = head.lower().split(b"x-served-by: ")[1].split(b"\r\n")[0].decode()

    def echoes(self, text: bytes) -> bool:
        """Whether it comes back."""
        self._socket.sendall(text)
        back = b""
        while len(back) < len(text):
            more = self._socket.recv(4096)
            if not more:
                return False
            back += more
        return back == text

    def close(self) -> None:
        self._socket.close()


def test_a_websocket_stays_open_while_its_service_and_others_are_scaled(world, project):
    web = project({"web": demo_service("ws.example")})
    other = project({"web": demo_service("ws-beside.example")})
    web.up()
    other.up()
    (first,) = web.containers()
    world.edge.await_only("ws.example", [first])
    open_one = WebSocket(world.edge, "ws.example")
    assert open_one.container == first
    for number in range(ROUNDS):
        web.up({"web": 1 + (number + 1) % 4})
        other.up({"web": 1 + number % 3})
        assert open_one.echoes(f"round {number}".encode()), f"cut in round {number}"
    web.up({"web": 1})
    world.edge.await_only("ws.example", [first])
    assert open_one.echoes(b"still there")
    open_one.close()
