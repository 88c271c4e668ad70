"""What the plugin tells the user while it works: messages the engine shows beside a resource."""

from __future__ import annotations

import contextlib

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

SECONDS = 5  # a message that the engine does not take in time is no reason to fail


class Engine:
    """`address`: as given to the plugin on its command line; empty: nobody listens."""

    def __init__(self, address: str) -> None:
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None

    def status(self, urn: str, message: str) -> None:
        """Shown only while the resource is worked on."""
        self._log(engine_pb2.INFO, urn, message, ephemeral=True)

    def warn(self, urn: str, message: str) -> None:
        self._log(engine_pb2.WARNING, urn, message, ephemeral=False)

    def _log(
        self, severity: engine_pb2.LogSeverity.ValueType, urn: str, message: str, *, ephemeral: bool
    ) -> None:
        if self._stub is None:
            return
        with contextlib.suppress(grpc.RpcError):
            self._stub.Log(
                engine_pb2.LogRequest(severity=severity, urn=urn, message=message, ephemeral=ephemeral),
                timeout=SECONDS,
            )
