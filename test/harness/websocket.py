"""A websocket through a proxy, to the demo server."""

import socket


class WebSocket:
    """A connection to a proxy, upgraded, to a server that sends everything back."""

    def __init__(self, connection: socket.socket, host_name: str) -> None:
        self._socket = connection
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
