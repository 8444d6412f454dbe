"""As caller/main.go, with Python's grpcio."""

import signal
import sys
import threading

import grpc
from google.protobuf import empty_pb2, wrappers_pb2

CALLERS = 4
DEADLINE = 10


def call(method) -> str:
    try:
        return f"ok {method(empty_pb2.Empty(), timeout=DEADLINE).value}\n"
    except grpc.RpcError as error:
        return f"failed {error.code()} {error.details()}\n"


def main() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    channel = grpc.insecure_channel(sys.argv[1])
    method = channel.unary_unary(
        "/fairlead.test.Names/Name",
        request_serializer=empty_pb2.Empty.SerializeToString,
        response_deserializer=wrappers_pb2.StringValue.FromString,
    )

    def call_until_stopped() -> None:
        while not stop.is_set():
            # One write a line: the threads' lines do not mix.
            sys.stdout.write(call(method))
            sys.stdout.flush()

    threads = [threading.Thread(target=call_until_stopped) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
