"""A gRPC service that says back what it is told, and one call of each kind to it. Messages are bytes, so there is no .proto.

    echo.py serve [CERTIFICATE KEY]          prints its port on 127.0.0.1; ends when its input does. With a pair: over TLS
    echo.py call ADDRESS NAME [AUTHORITY]    as a client of the host NAME. AUTHORITY: over TLS, the issuer's certificate

`call` prints {"said": ..., "chat": [...], "failed": [CODE, DETAILS]}, or fails with what gRPC says.
"""

import json
import pathlib
import queue
import sys
from concurrent import futures

import grpc

SERVICE = "fairlead.test.Echo"
DEADLINE = 10.0


def say(request: bytes, _) -> bytes:
    return request


def chat(requests, _):
    yield from requests


def fail(_, context) -> bytes:
    context.abort(grpc.StatusCode.NOT_FOUND, "no such thing")


def serve(*pair: str) -> None:
    server = grpc.server(futures.ThreadPoolExecutor(4))
    methods = {
        "Say": grpc.unary_unary_rpc_method_handler(say),
        "Chat": grpc.stream_stream_rpc_method_handler(chat),
        "Fail": grpc.unary_unary_rpc_method_handler(fail),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    if pair:
        certificate, key = (pathlib.Path(file).read_bytes() for file in pair)
        credentials = grpc.ssl_server_credentials([(key, certificate)])
        port = server.add_secure_port("127.0.0.1:0", credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(None)


def chat_about(method, words: list) -> list:
    """Each word is sent when the one before has come back, so that nothing between holds them until the end."""
    said: queue.SimpleQueue = queue.SimpleQueue()
    back = []
    said.put(words[0])
    for number, answer in enumerate(method(iter(said.get, None), timeout=DEADLINE), start=1):
        back.append(answer.decode())
        said.put(words[number] if number < len(words) else None)
    return back


def call(address: str, name: str, *authority: str) -> None:
    options = [("grpc.default_authority", name)]
    if authority:
        roots = pathlib.Path(authority[0]).read_bytes()
        options.append(("grpc.ssl_target_name_override", name))
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(roots), options)
    else:
        channel = grpc.insecure_channel(address, options)
    unary = channel.unary_unary(f"/{SERVICE}/Say")
    result = {"said": unary(b"hello", timeout=DEADLINE).decode()}
    result["chat"] = chat_about(channel.stream_stream(f"/{SERVICE}/Chat"), [b"one", b"two", b"three"])
    try:
        channel.unary_unary(f"/{SERVICE}/Fail")(b"", timeout=DEADLINE)
    except grpc.RpcError as error:
        result["failed"] = [error.code().name, error.details()]
    print(json.dumps(result))


{"serve": serve, "call": call}[sys.argv[1]](*sys.argv[2:])
