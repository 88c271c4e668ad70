"""Stands between the engine and a policy pack that is still to be started.

A policy pack written in Python reads project, stack and configuration from its environment, so it can only be
started once the engine has told them; and the engine tells them only to a pack that already serves. So this
server takes the engine's first calls, and passes everything later to the pack unread.
"""

import threading
from collections.abc import Callable
from typing import Any

import grpc

from plugins.protocol import analyzer_pb2
from plugins.serve import CHANNEL_OPTIONS, start

SERVICE = "/pulumirpc.Analyzer/"


class PolicyProxy(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc has no types
    """`configuration` waits for the engine; `attach` names the pack's port and releases what waits for it."""

    def __init__(self) -> None:
        self._configured = threading.Event()
        self._configuration: Any = None
        self._attached = threading.Event()
        self._pack: grpc.Channel | None = None
        self._server, self.port = start(lambda server: server.add_generic_rpc_handlers((self,)))

    def configuration(self, ended: Callable[[], bool]) -> Any:
        """The engine's AnalyzerStackConfigureRequest; None when it calls something else first, or `ended`."""
        while not self._configured.wait(0.2):
            if ended():
                return None
        return self._configuration

    def attach(self, port: int) -> None:
        """Passes calls on to the pack from now on, the configuration first."""
        pack = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        if self._configuration is not None:
            call = pack.unary_unary(
                f"{SERVICE}ConfigureStack",
                request_serializer=analyzer_pb2.AnalyzerStackConfigureRequest.SerializeToString,
                response_deserializer=analyzer_pb2.AnalyzerStackConfigureResponse.FromString,
            )
            try:
                call(self._configuration, wait_for_ready=True)
            except grpc.RpcError as error:
                # An SDK that knows no ConfigureStack has all it needs in its environment.
                if error.code() != grpc.StatusCode.UNIMPLEMENTED:
                    raise
        self._pack = pack
        self._attached.set()

    def stop(self) -> None:
        """Ends the service; calls that still wait for a pack fail."""
        self._attached.set()
        self._server.stop(0)

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        method = details.method
        if not method.startswith(SERVICE):
            return None
        if method == f"{SERVICE}Handshake":
            return grpc.unary_unary_rpc_method_handler(
                lambda _request, _context: analyzer_pb2.AnalyzerHandshakeResponse(),
                response_serializer=analyzer_pb2.AnalyzerHandshakeResponse.SerializeToString,
            )
        if method == f"{SERVICE}ConfigureStack":
            return grpc.unary_unary_rpc_method_handler(
                self._configure,
                request_deserializer=analyzer_pb2.AnalyzerStackConfigureRequest.FromString,
                response_serializer=analyzer_pb2.AnalyzerStackConfigureResponse.SerializeToString,
            )
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._pass(method, request, context)
        )

    def _configure(self, request: Any, _context: grpc.ServicerContext) -> Any:
        self._configuration = request
        self._configured.set()
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def _pass(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        self._configured.set()
        self._attached.wait()
        if self._pack is None:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the policy pack has ended; see its output")
        assert self._pack is not None
        try:
            answer: bytes = self._pack.unary_unary(method)(request, wait_for_ready=True)
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
        return answer
