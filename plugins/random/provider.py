"""The provider's side of Pulumi's gRPC protocol. Every change replaces."""

from collections.abc import Iterator, Mapping
from typing import Any

import grpc
from google.protobuf import empty_pb2

from plugins.protocol import provider_pb2
from plugins.random.resources import KINDS, Inputs, Kind
from plugins.stand_in import StandIn, type_of
from plugins.values import UNKNOWN, from_wire, has_unknown, plain, secret, to_wire

NAMES = {int: "a whole number", bool: "a boolean", str: "a string", dict: "a map", list: "a list"}


def _of_type(value: Any, expected: type) -> bool:
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, expected)


def failures_of(kind: Kind, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """(property, reason) for each input that is missing, unknown to the type or of a wrong type or value."""
    final = {key: value for key, value in inputs.items() if not has_unknown(value)}
    for key in kind.required:
        if key not in inputs:
            yield key, f"is required; give {NAMES[kind.inputs[key]]}"
    for key, value in final.items():
        if key not in kind.inputs:
            yield key, f"is no input of this resource; there are {', '.join(sorted(kind.inputs))}"
        elif not _of_type(value, kind.inputs[key]):
            yield key, f"must be {NAMES[kind.inputs[key]]}, got: {type(value).__name__}"
    if inputs.get("number", inputs.get("numeric")) != inputs.get("numeric", inputs.get("number")):
        yield "number", "is deprecated and differs from numeric; use numeric alone"


def _comparable(value: Any) -> Any:
    """The value as the official provider compares it: null keepers do not count, empty is absent."""
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if item is not None}
    return None if value in ("", {}, []) else value


def changes_of(kind: Kind, old: Inputs, new: Inputs) -> dict[str, "provider_pb2.PropertyDiff.Kind.ValueType"]:
    """Differences between the old inputs and the new, both with their defaults; each of them replaces."""
    old_inputs, new_inputs = kind.with_defaults(old), kind.with_defaults(new)
    changes = {}
    for key in sorted(kind.inputs):
        old_value, new_value = _comparable(old_inputs.get(key)), _comparable(new_inputs.get(key))
        if old_value == new_value:
            continue
        if old_value is None:
            changes[key] = provider_pb2.PropertyDiff.ADD_REPLACE
        elif new_value is None:
            changes[key] = provider_pb2.PropertyDiff.DELETE_REPLACE
        else:
            changes[key] = provider_pb2.PropertyDiff.UPDATE_REPLACE
    return changes


class RandomProvider(StandIn):
    """Keeps nothing: what was created lives in the stack's state alone, as with the official provider."""

    VERSION = "4.21.4"

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        inputs = plain(from_wire(request.news))
        failures = list(failures_of(kind, inputs))
        if not failures and not has_unknown(inputs):
            failures = kind.check(kind.with_defaults(inputs))
        return provider_pb2.CheckResponse(
            inputs=request.news,
            failures=[provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in failures],
        )

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        changes = changes_of(kind, plain(from_wire(request.old_inputs)), plain(from_wire(request.news)))
        changed, unchanged = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=changed if changes else unchanged,
            replaces=list(changes),
            diffs=list(changes),
            detailedDiff={
                key: provider_pb2.PropertyDiff(kind=change, inputDiff=True) for key, change in changes.items()
            },
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        properties = from_wire(request.properties)
        completed = {**kind.with_defaults(plain(properties)), **properties}
        if request.preview:
            computed: Mapping[str, Any] = dict.fromkeys(kind.computed, UNKNOWN)
            identity = ""
        else:
            identity, computed = kind.create(kind.with_defaults(plain(properties)))
        outputs = {key: secret(value) if key in kind.secret else value for key, value in computed.items()}
        return provider_pb2.CreateResponse(id=identity, properties=to_wire({**completed, **outputs}))

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        # Only reached when nothing that matters changed (a null keeper, say): the old result stays.
        return provider_pb2.UpdateResponse(
            properties=to_wire({**from_wire(request.olds), **from_wire(request.news)})
        )

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        state = from_wire(request.properties)
        if not all(key in state for key in kind.computed):
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"{request.id} cannot be imported: that takes the official pulumi-random plugin",
            )
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def _kind(self, urn: str, context: grpc.ServicerContext) -> Kind:
        kind = KINDS.get(type_of(urn))
        if kind is None:
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"{type_of(urn)} takes the official pulumi-random plugin; this stand-in knows "
                + ", ".join(sorted(name.split(":")[-1] for name in KINDS)),
            )
        assert kind is not None  # abort raises
        return kind
