"""The engine that a program runs under here: it writes down what is registered, and makes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from plugins.values import from_wire, secret, to_wire
from tests.golden import urns
from tests.golden.stack import Stack, filled

PROJECT = "tekton-builds"
# What a request says in a field of its own here, and what tells only how the SDK talks.
APART = {"type", "name", "parent", "custom", "object", "dependencies", "propertyDependencies", "provider"}
APART |= {
    "providers",
    "aliases",
    "aliasURNs",
    "hooks",
    "sourcePosition",
    "stackTrace",
    "parentStackTraceHandle",
}
CALLBACKS = {"transforms", "state_migrations"}
STATE = {"readStackOutputs", "readStackResourceOutputs"}


class Engine(engine_pb2_grpc.EngineServicer, resource_pb2_grpc.ResourceMonitorServicer):
    """Engine and resource monitor of one run of one stack."""

    def __init__(
        self, stack: Stack, outputs_by_type: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any]
    ) -> None:
        """`outputs_by_type`: of resources, with `{name}` for the logical name and `{digest}` for its sha256;
        `answers`: of look-ups, by token.
        """
        self._stack, self._outputs_by_type = stack, outputs_by_type
        self._answers = {**answers, **stack.answers}
        self.resources: dict[str, dict[str, Any]] = {}
        self.outputs: dict[str, Any] = {}
        self.logged: list[str] = []
        self.lookups: list[dict[str, Any]] = []
        self.hooks: dict[str, bool] = {}
        """Hooks by name, and whether a preview calls them."""
        self.root = ""

    def Log(self, request: Any, context: Any) -> Any:
        if request.severity != engine_pb2.DEBUG:
            severity = engine_pb2.LogSeverity.Name(request.severity).lower()
            self.logged.append(f"{severity}: {request.message}")
        return empty_pb2.Empty()

    def SetRootResource(self, request: Any, context: Any) -> Any:
        return engine_pb2.SetRootResourceResponse()

    def GetRootResource(self, request: Any, context: Any) -> Any:
        return engine_pb2.GetRootResourceResponse(urn=self.root)

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "this engine is asked feature by feature")

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def RegisterResourceHook(self, request: Any, context: Any) -> Any:
        self.hooks[request.name] = request.on_dry_run
        return empty_pb2.Empty()

    def RegisterErrorHook(self, request: Any, context: Any) -> Any:
        self.hooks[request.name] = False
        return empty_pb2.Empty()

    def RegisterPackage(self, request: Any, context: Any) -> Any:
        return resource_pb2.RegisterPackageResponse(ref=f"{request.name}@{request.version}")

    def Invoke(self, request: Any, context: Any) -> Any:
        token, arguments = request.tok, from_wire(request.args)
        if token.removeprefix("pulumi:pulumi:") in STATE:
            outputs = (
                self._stack.state if token.endswith("ResourceOutputs") else _stack_outputs(self._stack.state)
            )
            answer: Mapping[str, Any] = {"outputs": outputs}
        elif token in self._answers:
            answer = self._answers[token]
        else:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no answer to the look-up {token} is in answers.yaml")
        self.lookups.append(
            {"token": token, "arguments": arguments, "provider": urns.reference(request.provider)}
        )
        return resource_pb2.ResourceInvokeResponse(**{"return": to_wire(answer)})

    def RegisterResource(self, request: Any, context: Any) -> Any:
        urn = urns.urn_of(self._stack.name, PROJECT, request.parent, request.type, request.name)
        if urn in self.resources:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"Duplicate resource URN '{urn}'")
        if request.type == urns.STACK:
            self.root = urn
        self.resources[urn] = _request_data(urn, request)
        properties = struct_pb2.Struct()
        properties.CopyFrom(request.object)
        if not self._stack.preview:
            properties.update(self._outputs(request))
        identifier = f"{request.name}-id" if request.custom and not self._stack.preview else ""
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=properties)

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        if request.urn == self.root:
            self.outputs = json_format.MessageToDict(request.outputs)
        return empty_pb2.Empty()

    def _outputs(self, request: Any) -> dict[str, Any]:
        """The outputs beside the inputs, secret where the program or the SDK says so."""
        words = {"name": request.name, "digest": sha256(request.name.encode()).hexdigest()}
        outputs: dict[str, Any] = filled(self._outputs_by_type.get(request.type, {}), words)
        if request.type == "pulumi:index:Stash":
            outputs["output"] = from_wire(request.object)["input"]  # of a first run
        marked = set(request.additionalSecretOutputs)
        return {key: secret(value) if key in marked else value for key, value in outputs.items()}


def _request_data(urn: str, request: Any) -> dict[str, Any]:
    """The request as data, with every option that is set."""
    options = {}
    for field, value in request.ListFields():
        if field.name in CALLBACKS:
            options[field.name] = len(value)  # its tokens differ from run to run
        elif field.name not in APART:
            options[field.name] = _plain(value)
    return {
        "urn": urn,
        "type": request.type,
        "name": request.name,
        "parent": request.parent,
        "custom": request.custom,
        "inputs": json_format.MessageToDict(request.object),
        "provider": urns.reference(request.provider),
        "providers": {name: urns.reference(provider) for name, provider in request.providers.items()},
        "dependencies": sorted(request.dependencies),
        "propertyDependencies": {
            key: sorted(entry.urns) for key, entry in request.propertyDependencies.items()
        },
        "aliases": [
            *({"urn": alias_urn} for alias_urn in request.aliasURNs),
            *(json_format.MessageToDict(alias.spec) if alias.HasField("spec") else {"urn": alias.urn}
              for alias in request.aliases),
        ],
        "hooks": {field.name: list(names) for field, names in request.hooks.ListFields()},
        "options": options,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if hasattr(value, "DESCRIPTOR"):
        return json_format.MessageToDict(value)
    if hasattr(value, "items"):
        return dict(value)
    return list(value) if hasattr(value, "extend") else value


def _stack_outputs(state: Mapping[str, Any]) -> dict[str, Any]:
    """Outputs of a stack: some, where an earlier run has left a state."""
    return {"namespace": "builds"} if state else {}
