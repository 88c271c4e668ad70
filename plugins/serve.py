"""One gRPC server per plugin process; its port is the first line of stdout, where the engine reads it."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc

# The engine's own limit: a big resource (a CRD, a release manifest) does not fit gRPC's default 4 MiB.
MESSAGE_LIMIT = 400 * 1024 * 1024
CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
]
# A running program or plugin occupies one thread for as long as it lives; threads are made on demand.
THREADS = 64


def start(register: Callable[[grpc.Server], None]) -> tuple[grpc.Server, int]:
    """Starts a server with the services that `register` adds; gives it and its free loopback port."""
    server = grpc.server(ThreadPoolExecutor(THREADS), options=CHANNEL_OPTIONS)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(register: Callable[[grpc.Server], None]) -> None:
    """Serves until this process is ended."""
    server, port = start(register)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
