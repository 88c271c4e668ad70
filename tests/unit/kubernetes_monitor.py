"""A stand-in for the engine's resource monitor, for tests of components: it keeps what is registered."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from plugins.kubernetes import yaml_v2
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.kinds import is_namespaced
from plugins.kubernetes.values import Properties, from_wire, to_wire

SECONDS = 20
Object = dict[str, Any]


class Cluster:
    """None in reach: only the built-in kinds are known."""

    default_namespace = "default"

    @staticmethod
    def is_namespaced(api_version: str, kind: str) -> bool | None:
        return is_namespaced(api_version, kind)


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """A context manager. `failing`: names of resources whose registration fails."""

    def __init__(self, *, failing: frozenset[str] = frozenset(), together: int = 1) -> None:
        self.requests: list[resource_pb2.RegisterResourceRequest] = []
        self.outputs: list[str] = []
        self.warnings: list[str] = []
        self._failing = failing
        # No registration of a child ends before so many are under way.
        self._together = threading.Barrier(together, timeout=SECONDS)
        self._server = grpc.server(ThreadPoolExecutor(max(8, together)))
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self, self._server)
        self._port = self._server.add_insecure_port("127.0.0.1:0")

    def __enter__(self) -> Monitor:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop(None)

    def RegisterResource(self, request: Any, context: Any) -> resource_pb2.RegisterResourceResponse:
        self.requests.append(request)
        if request.name in self._failing:
            context.abort(grpc.StatusCode.UNKNOWN, f"{request.name} was refused")
        if request.custom and request.type.endswith("ConfigMap"):
            self._together.wait()
        return resource_pb2.RegisterResourceResponse(
            urn=f"urn:pulumi:test::test::{request.type}::{request.name}",
            id=request.name if request.custom else "",
        )

    def RegisterResourceOutputs(self, request: Any, context: Any) -> empty_pb2.Empty:
        self.outputs.append(request.urn)
        return empty_pb2.Empty()

    def construct(self, kind: str, inputs: Properties, **options: Any) -> provider_pb2.ConstructResponse:
        """Constructs kubernetes:yaml/v2:`kind` named `app`."""
        request = provider_pb2.ConstructRequest(
            type=f"kubernetes:yaml/v2:{kind}",
            name="app",
            inputs=to_wire(inputs),
            monitorEndpoint=f"127.0.0.1:{self._port}",
            **options,
        )
        cluster: Any = Cluster()
        return yaml_v2.construct(request, cluster, "4.0.0", lambda _, text: self.warnings.append(text))

    @property
    def component(self) -> resource_pb2.RegisterResourceRequest:
        return self.requests[0]

    @property
    def children(self) -> list[resource_pb2.RegisterResourceRequest]:
        return self.requests[1:]

    @property
    def names(self) -> list[str]:
        return [child.name for child in self.children]

    def child(self, name: str) -> Properties:
        """The inputs of the child with this name."""
        return next(from_wire(child.object) for child in self.children if child.name == name)


def config_map(name: str = "settings", namespace: str | None = "shop", **annotations: str) -> Object:
    metadata: Object = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"colour": "blue"}}


def construct(kind: str, inputs: Object, **options: Any) -> Monitor:
    with Monitor() as monitor:
        monitor.construct(kind, inputs, **options)
    return monitor


def group(*objs: Any, **inputs: Any) -> Monitor:
    return construct("ConfigGroup", {"objs": list(objs), **inputs})


def refusal(kind: str, inputs: Object) -> str:
    with Monitor() as monitor, pytest.raises(PluginError) as caught:
        monitor.construct(kind, inputs)
    return str(caught.value)
