"""The stand-in as the engine meets it: a process, its gRPC protocol, and an engine that hears its
messages.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

from plugins.kubernetes.values import Properties, from_wire, to_wire

CHECKOUT = Path(__file__).parents[3]
SECONDS = 120
SEED = b"the same at preview and update.."


@dataclass(frozen=True)
class Resource:
    """What the engine keeps of a resource: its ID, its inputs as checked, its state."""

    urn: str
    id: str
    inputs: Properties
    state: Properties


class Refusal(Exception):
    """An RPC the plugin answered with an error; `partial` when the object exists all the same."""

    def __init__(self, message: str, partial: Resource | None = None, reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.partial = partial
        self.reasons = list(reasons)


class _Engine(engine_pb2_grpc.EngineServicer):
    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.status: list[str] = []

    def Log(self, request: engine_pb2.LogRequest, context: Any) -> empty_pb2.Empty:
        (self.status if request.ephemeral else self.warnings).append(request.message)
        return empty_pb2.Empty()


class Plugin:
    """A context manager. `options`: of the provider, such as kubeconfig=..., as strings."""

    def __init__(self, **options: str) -> None:
        self.options = options
        self.engine = _Engine()
        self._server = grpc.server(ThreadPoolExecutor(4))

    def __enter__(self) -> Plugin:
        engine_pb2_grpc.add_EngineServicer_to_server(self.engine, self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "plugins.kubernetes", f"127.0.0.1:{port}"],
            cwd=CHECKOUT,
            env={"PYTHONPATH": str(CHECKOUT), "PATH": "", "HOME": "/nonexistent"},
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        channel = grpc.insecure_channel(f"127.0.0.1:{int(self.process.stdout.readline())}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(channel)
        self.stub.Configure(
            provider_pb2.ConfigureRequest(
                variables={f"kubernetes:config:{key}": value for key, value in self.options.items()},
                acceptSecrets=True,
            ),
            timeout=SECONDS,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._server.stop(None)

    # -- the engine's calls, in plain values ---------------------------------------------------------

    def check(self, urn: str, news: Properties, olds: Properties | None = None, **more: Any) -> Properties:
        request = provider_pb2.CheckRequest(
            urn=urn, olds=to_wire(olds or {}), news=to_wire(news), randomSeed=SEED, **more
        )
        response = _call(self.stub.Check, request)
        assert not response.failures
        return from_wire(response.inputs)

    def diff(
        self, old: Resource, news: Properties, ignore: list[str] | None = None
    ) -> provider_pb2.DiffResponse:
        return _call(
            self.stub.Diff,
            provider_pb2.DiffRequest(
                urn=old.urn,
                id=old.id,
                olds=to_wire(old.state),
                old_inputs=to_wire(old.inputs),
                news=to_wire(news),
                ignoreChanges=ignore or [],
            ),
        )

    def preview_create(self, urn: str, inputs: Properties) -> Properties:
        request = provider_pb2.CreateRequest(urn=urn, properties=to_wire(inputs), preview=True)
        return from_wire(_call(self.stub.Create, request).properties)

    def create(self, urn: str, inputs: Properties, timeout: float = 0) -> Resource:
        request = provider_pb2.CreateRequest(urn=urn, properties=to_wire(inputs), timeout=timeout)
        response = _call(self.stub.Create, request)
        return Resource(urn, response.id, inputs, from_wire(response.properties))

    def update(
        self,
        old: Resource,
        news: Properties,
        *,
        preview: bool = False,
        ignore: list[str] | None = None,
        timeout: float = 0,
    ) -> Resource:
        response = _call(
            self.stub.Update,
            provider_pb2.UpdateRequest(
                urn=old.urn,
                id=old.id,
                olds=to_wire(old.state),
                old_inputs=to_wire(old.inputs),
                news=to_wire(news),
                preview=preview,
                ignoreChanges=ignore or [],
                timeout=timeout,
            ),
        )
        return Resource(old.urn, old.id, news, from_wire(response.properties))

    def read(self, old: Resource) -> Resource | None:
        response = _call(
            self.stub.Read,
            provider_pb2.ReadRequest(
                urn=old.urn, id=old.id, properties=to_wire(old.state), inputs=to_wire(old.inputs)
            ),
        )
        if not response.id:
            return None
        return Resource(old.urn, response.id, from_wire(response.inputs), from_wire(response.properties))

    def delete(self, old: Resource, timeout: float = 0) -> None:
        _call(
            self.stub.Delete,
            provider_pb2.DeleteRequest(
                urn=old.urn, id=old.id, properties=to_wire(old.state), timeout=timeout
            ),
        )

    def diff_config(self, olds: Properties, news: Properties) -> provider_pb2.DiffResponse:
        return _call(self.stub.DiffConfig, provider_pb2.DiffRequest(olds=to_wire(olds), news=to_wire(news)))

    # -- for short ---------------------------------------------------------------------------------

    def up(self, name: str, obj: Properties, timeout: float = 0) -> Resource:
        """Checks and creates, as a first `pulumi up`."""
        urn = urn_of(name, obj)
        return self.create(urn, self.check(urn, obj), timeout)


def urn_of(name: str, obj: Properties) -> str:
    group_version = obj["apiVersion"] if "/" in obj["apiVersion"] else f"core/{obj['apiVersion']}"
    return f"urn:pulumi:test::test::kubernetes:{group_version}:{obj['kind']}::{name}"


def _call(method: Any, request: Any) -> Any:
    try:
        return method(request, timeout=SECONDS)
    except grpc.RpcError as error:
        raise _refusal(error, request) from None


def _refusal(error: Any, request: Any) -> Refusal:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            detail = provider_pb2.ErrorResourceInitFailed()
            status_pb2.Status.FromString(value).details[0].Unpack(detail)
            partial = Resource(request.urn, detail.id, from_wire(detail.inputs), from_wire(detail.properties))
            return Refusal(error.details(), partial, list(detail.reasons))
    return Refusal(error.details())
