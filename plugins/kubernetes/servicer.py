"""The engine's protocol, spoken for the modules that do the work.

Pulumi's own `provider.experimental` server is passed by, because it drops what this plugin needs: the
partial state of an object that did not become ready, the kinds of a detailed diff, logging to the resource,
and errors without a Python traceback.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf import empty_pb2

from plugins.kubernetes import provider_config
from plugins.kubernetes.check import Autonaming, AutonamingMode, check, is_unchanged
from plugins.kubernetes.cluster import Cluster
from plugins.kubernetes.diff import Change, diff
from plugins.kubernetes.engine import Engine
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.operation import Operation, PartialFailure
from plugins.kubernetes.settings import Settings
from plugins.kubernetes.state import inputs_of
from plugins.kubernetes.values import from_wire, to_wire
from plugins.protocol import plugin_pb2, provider_pb2_grpc, status_pb2
from plugins.protocol import provider_pb2 as proto

VERSION = "4.34.2"
Handler = Callable[[Any, Any], Any]


def _answering(handler: Handler) -> Callable[[Any, Any, grpc.ServicerContext], Any]:
    """Turns what the handler raises into an error the engine understands."""

    @functools.wraps(handler)
    def wrapper(self: KubernetesServicer, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return handler(self, request)
        except PartialFailure as failure:
            context.set_trailing_metadata(_partial(failure))
            return context.abort(grpc.StatusCode.UNKNOWN, str(failure))
        except PluginError as error:
            return context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:  # a defect of ours: name the place, spare the traceback
            frame = traceback.extract_tb(error.__traceback__)[-1]
            return context.abort(
                grpc.StatusCode.INTERNAL,
                f"defect in the stand-in for the kubernetes plugin: {handler.__name__}: "
                f"{type(error).__name__}: {error} ({frame.filename}:{frame.lineno})",
            )

    return wrapper


class KubernetesServicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider instance: the engine starts a process for each."""

    def __init__(self, engine_address: str) -> None:
        self.engine = Engine(engine_address)
        self.cluster = Cluster(Settings())

    # -- the provider itself -----------------------------------------------------------------------

    @_answering
    def GetPluginInfo(self, request: empty_pb2.Empty) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    @_answering
    def Handshake(self, request: proto.ProviderHandshakeRequest) -> proto.ProviderHandshakeResponse:
        return proto.ProviderHandshakeResponse(accept_secrets=True, supports_autonaming_configuration=True)

    @_answering
    def GetSchema(self, request: proto.GetSchemaRequest) -> proto.GetSchemaResponse:
        return proto.GetSchemaResponse(schema=f'{{"name": "kubernetes", "version": "{VERSION}"}}')

    @_answering
    def CheckConfig(self, request: proto.CheckRequest) -> proto.CheckResponse:
        failures = provider_config.config_failures(from_wire(request.news))
        return proto.CheckResponse(
            inputs=request.news,
            failures=[proto.CheckFailure(property=key, reason=reason) for key, reason in failures],
        )

    @_answering
    def DiffConfig(self, request: proto.DiffRequest) -> proto.DiffResponse:
        found = provider_config.diff_config(
            from_wire(request.old_inputs if request.HasField("old_inputs") else request.olds),
            from_wire(request.news),
        )
        return proto.DiffResponse(
            changes=proto.DiffResponse.DIFF_SOME if found.changed else proto.DiffResponse.DIFF_NONE,
            diffs=found.changed,
            replaces=found.replaces,
        )

    @_answering
    def Configure(self, request: proto.ConfigureRequest) -> proto.ConfigureResponse:
        self.cluster = Cluster(Settings.of(request.variables))
        return proto.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    @_answering
    def Cancel(self, request: empty_pb2.Empty) -> empty_pb2.Empty:
        self.cluster.cancel()
        return empty_pb2.Empty()

    # -- objects -----------------------------------------------------------------------------------

    @_answering
    def Check(self, request: proto.CheckRequest) -> proto.CheckResponse:
        settings = self.cluster.settings
        if settings.skip_update_unreachable and self.cluster.reachable_api() is None:
            self.engine.warn(
                request.urn,
                "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...",
            )
            return proto.CheckResponse(inputs=request.olds)
        if is_unchanged(request.olds, request.news, self.cluster):
            return proto.CheckResponse(inputs=request.news)
        autonaming = None
        if request.HasField("autonaming"):
            autonaming = Autonaming(AutonamingMode(request.autonaming.mode), request.autonaming.proposed_name)
        inputs = check(
            request.urn,
            from_wire(request.olds),
            from_wire(request.news),
            seed=request.randomSeed,
            autonaming=autonaming,
            cluster=self.cluster,
        )
        return proto.CheckResponse(inputs=to_wire(inputs))

    @_answering
    def Diff(self, request: proto.DiffRequest) -> proto.DiffResponse:
        if request.old_inputs == request.news:  # compared in C; the common case of a run that changes nothing
            return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)
        old = from_wire(request.old_inputs) or inputs_of(from_wire(request.olds))
        found = diff(old, from_wire(request.news), request.ignoreChanges, self.cluster)
        return proto.DiffResponse(
            changes=proto.DiffResponse.DIFF_SOME if found.changes else proto.DiffResponse.DIFF_NONE,
            replaces=found.replaces,
            deleteBeforeReplace=found.delete_before_replace,
            detailedDiff={path: _property_diff(*change) for path, change in found.changes.items()},
            hasDetailedDiff=True,
        )

    @_answering
    def Create(self, request: proto.CreateRequest) -> proto.CreateResponse:
        from plugins.kubernetes.create import create, preview_create  # noqa: PLC0415 - see the note in api.py

        operation, inputs = self._operation(request.urn), from_wire(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=to_wire(preview_create(operation, inputs)))
        identifier, state = create(operation, inputs, request.timeout)
        return proto.CreateResponse(id=identifier, properties=to_wire(state))

    @_answering
    def Update(self, request: proto.UpdateRequest) -> proto.UpdateResponse:
        from plugins.kubernetes.update import preview_update, update  # noqa: PLC0415

        operation = self._operation(request.urn)
        old, news, ignore = from_wire(request.olds), from_wire(request.news), list(request.ignoreChanges)
        if request.preview:
            return proto.UpdateResponse(properties=to_wire(preview_update(operation, old, news, ignore)))
        return proto.UpdateResponse(properties=to_wire(update(operation, old, news, ignore, request.timeout)))

    @_answering
    def Read(self, request: proto.ReadRequest) -> proto.ReadResponse:
        from plugins.kubernetes.read import read  # noqa: PLC0415

        old, inputs = from_wire(request.properties), from_wire(request.inputs)
        found = read(self._operation(request.urn), request.id, old, inputs)
        if found is None:
            return proto.ReadResponse()
        state, inputs = found
        return proto.ReadResponse(id=request.id, properties=to_wire(state), inputs=to_wire(inputs))

    @_answering
    def Delete(self, request: proto.DeleteRequest) -> empty_pb2.Empty:
        from plugins.kubernetes.delete import delete  # noqa: PLC0415

        delete(self._operation(request.urn), request.id, from_wire(request.properties), request.timeout)
        return empty_pb2.Empty()

    # -- components and functions ------------------------------------------------------------------

    @_answering
    def Construct(self, request: proto.ConstructRequest) -> proto.ConstructResponse:
        from plugins.kubernetes.yaml_v2 import construct  # noqa: PLC0415

        return construct(request, self.cluster, VERSION, self.engine.warn)

    @_answering
    def Invoke(self, request: proto.InvokeRequest) -> proto.InvokeResponse:
        if request.tok == "kubernetes:yaml:decode":
            from plugins.kubernetes.decode import decode  # noqa: PLC0415

            return proto.InvokeResponse(**{"return": to_wire({"result": decode(from_wire(request.args))})})
        raise PluginError(
            f"function {request.tok} is not supported by the stand-in for the kubernetes plugin; "
            "install the official plugin (pulumi plugin install resource kubernetes) to use it"
        )

    def _operation(self, urn: str) -> Operation:
        return Operation(
            urn=urn,
            cluster=self.cluster,
            status=self.engine.status_line(urn),
            warn=functools.partial(self.engine.warn, urn),
        )


def _property_diff(change: Change, replace: bool) -> proto.PropertyDiff:
    kind = proto.PropertyDiff.Kind.Value(change.value + ("_REPLACE" if replace else ""))
    return proto.PropertyDiff(kind=kind, inputDiff=True)


def _partial(failure: PartialFailure) -> tuple[tuple[str, bytes], ...]:
    """The details by which the engine knows that the object is there: ErrorResourceInitFailed."""
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failure))
    detail = proto.ErrorResourceInitFailed(
        id=failure.identifier,
        properties=to_wire(failure.state),
        reasons=failure.reasons,
        inputs=to_wire(failure.inputs) if failure.inputs is not None else None,
    )
    status.details.add().Pack(detail)
    return (("grpc-status-details-bin", status.SerializeToString()),)
