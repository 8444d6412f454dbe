"""Asks over HTTP/3, by aioquic, which lies in a virtual environment of its own (.cache/aioquic).

    http3_client.py IP PORT AUTHORITY NAME [TARGET...]

Connects for NAME, whose certificate has to be the authority's, asks for each target (/) on that connection, and writes
{"certificate": SHA-256, "answers": [{"status": ..., "headers": {...}, "body": ...}]} in JSON. Exit status 1: there is no connection.
"""

import asyncio
import json
import ssl
import sys

from aioquic.asyncio import QuicConnectionProtocol, connect
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from cryptography.hazmat.primitives.hashes import SHA256

PATIENCE = 10.0
# For the handshake. Where nobody is to be reached for a name, Envoy does not answer at all.
CONNECTING = 5.0


class Client(QuicConnectionProtocol):
    def __init__(self, *arguments, **named) -> None:
        super().__init__(*arguments, **named)
        self._http = H3Connection(self._quic)
        self._answers: dict = {}

    def certificate(self) -> str:
        return self._quic.tls._peer_certificate.fingerprint(SHA256()).hex()

    async def get(self, name: str, target: str) -> dict:
        stream = self._quic.get_next_available_stream_id()
        done = asyncio.get_running_loop().create_future()
        self._answers[stream] = ({"status": 0, "headers": {}, "body": ""}, done)
        head = {":method": "GET", ":scheme": "https", ":authority": name, ":path": target}
        self._http.send_headers(
            stream, [(key.encode(), value.encode()) for key, value in head.items()], end_stream=True
        )
        self.transmit()
        return await asyncio.wait_for(done, PATIENCE)

    def quic_event_received(self, event) -> None:
        for part in self._http.handle_event(event):
            if getattr(part, "stream_id", None) not in self._answers:
                continue
            answer, done = self._answers[part.stream_id]
            if isinstance(part, HeadersReceived):
                for key, value in part.headers:
                    if key == b":status":
                        answer["status"] = int(value)
                    else:
                        answer["headers"][key.decode()] = value.decode()
            elif isinstance(part, DataReceived):
                answer["body"] += part.data.decode(errors="replace")
            if part.stream_ended and not done.done():
                done.set_result(answer)


async def main(ip: str, port: str, authority: str, name: str, *targets: str) -> None:
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=H3_ALPN, server_name=name, verify_mode=ssl.CERT_REQUIRED
    )
    configuration.load_verify_locations(authority)
    async with connect(
        ip, int(port), configuration=configuration, create_protocol=Client, wait_connected=False
    ) as client:
        client.transmit()
        await asyncio.wait_for(client.wait_connected(), CONNECTING)
        answers = [await client.get(name, target) for target in targets or ["/"]]
        print(json.dumps({"certificate": client.certificate(), "answers": answers}))


if __name__ == "__main__":
    try:
        asyncio.run(asyncio.wait_for(main(*sys.argv[1:]), 3 * PATIENCE))
    except (OSError, asyncio.TimeoutError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
