"""Connections that stay open through a proxy, to see that nobody cuts them."""

import selectors
import socket
import threading
from typing import Callable, List


class Streams:
    """So many requests for the demo server's /stream, each answered by a line now and then for as long as it lasts."""

    def __init__(self, connect: Callable[[], socket.socket], host_name: str, count: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self.cut: List[str] = []
        self.bytes = 0
        request = f"GET /stream?ms=200 HTTP/1.1\r\nHost: {host_name}\r\n\r\n".encode()
        for number in range(count):
            stream = connect()
            stream.sendall(request)
            head = stream.recv(4096)
            if not head.startswith(b"HTTP/1.1 200"):
                raise AssertionError(f"no stream: {head!r}")
            self._selector.register(stream, selectors.EVENT_READ, number)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._woken:
                    return
                try:
                    received = key.fileobj.recv(65536)
                    why = "closed"
                except OSError as error:
                    received, why = b"", str(error)
                self.bytes += len(received)
                # A chunked answer's last chunk: the container itself ended it.
                if not received or received.endswith(b"0\r\n\r\n"):
                    self.cut.append(f"stream {key.data}: {why}")
                    self._selector.unregister(key.fileobj)
                    key.fileobj.close()

    def close(self) -> List[str]:
        """Ends them; which ones had been cut before."""
        self._wake.send(b"x")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._wake.close()
        return self.cut
