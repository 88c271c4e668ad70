"""What the plugin tells the user while it works: messages the engine shows beside a resource."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import grpc

from plugins.protocol import engine_pb2, engine_pb2_grpc

SECONDS = 5  # a message that the engine does not take in time is no reason to fail


class Engine:
    """`address`: as given to the plugin on its command line; empty: nobody listens."""

    def __init__(self, address: str) -> None:
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None

    def status_line(self, urn: str) -> Callable[[str], None]:
        """Shows a text beside the resource while it is worked on; the empty text clears it."""
        shown = ""

        def show(message: str) -> None:
            nonlocal shown
            if message != shown:
                shown = message
                self._log(engine_pb2.INFO, urn, message, ephemeral=True)

        return show

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
