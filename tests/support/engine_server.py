"""The two services that a running program talks to, in one server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from plugins.serve import start


@contextmanager
def serving(engine: Any) -> Iterator[str]:
    """Serves an object that is both engine and monitor; gives their address."""

    def register(server: Any) -> None:
        engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)

    server, port = start(register)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()
