"""The provider's side of Pulumi's gRPC protocol."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2

from plugins.protocol import provider_pb2
from plugins.stand_in import StandIn, type_of
from plugins.tencentcloud.account import Account, account
from plugins.tencentcloud.checks import DEFAULTS, failures
from plugins.tencentcloud.differences import differences
from plugins.tencentcloud.errors import Refused
from plugins.tencentcloud.kind import Inputs, Kind
from plugins.tencentcloud.kinds import KINDS
from plugins.tencentcloud.lookups import LOOKUPS
from plugins.tencentcloud.reading import imported, updated
from plugins.values import UNKNOWN, from_wire, has_unknown, plain, secret, to_wire

CREDENTIALS = {"secretId": "TENCENTCLOUD_SECRET_ID", "secretKey": "TENCENTCLOUD_SECRET_KEY"}


class TencentCloudProvider(StandIn):
    """Works on the account in `file`."""

    VERSION = "0.2.3"

    def __init__(self, file: Path) -> None:
        self._file = file

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Another region is another account: everything would be made anew there."""
        old, new = plain(from_wire(request.old_inputs or request.olds)), plain(from_wire(request.news))
        moved = old.get("region") != new.get("region")
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none, diffs=changed, replaces=["region"] if moved else []
        )

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        given = plain(from_wire(request.args))
        for key, variable in CREDENTIALS.items():
            if not (given.get(key) or os.environ.get(variable)):
                context.abort(
                    grpc.StatusCode.UNKNOWN,
                    "Please set your `secret_id` and `secret_key`, as TENCENTCLOUD_SECRET_ID and "
                    "TENCENTCLOUD_SECRET_KEY or in the provider's configuration",
                )
        return super().Configure(request, context)

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        given, before = from_wire(request.news), from_wire(request.olds)
        given[DEFAULTS] = []
        if kind.named and kind.named not in given:
            given[kind.named] = (
                before.get(kind.named) or f"{request.urn.split('::')[-1]}-{secrets.token_hex(4)[:7]}"
            )
            given[DEFAULTS] = [kind.named]
        inputs = plain(given)
        wrong = list(failures(kind.inputs, inputs))
        known = {key: value for key, value in inputs.items() if not has_unknown(value)}
        wrong += kind.check(known) if not wrong else []
        return provider_pb2.CheckResponse(
            inputs=to_wire(given),
            failures=[provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in wrong],
        )

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        new = plain(from_wire(request.news))
        # As Terraform does: with the state, where a refresh has written what the cloud has, and not with the
        # program of before.
        state = plain(from_wire(request.olds or request.old_inputs))
        old = {key: value for key, value in state.items() if key in kind.inputs}
        found = differences(kind.inputs, kind.with_defaults(old), kind.with_defaults(new))
        changed = {
            path: replacing
            for path, replacing in found.items()
            if not any(_is_within(path, ignored) for ignored in request.ignoreChanges)
        }
        replaces = sorted({_first(path) for path, replacing in changed.items() if replacing})
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        kinds = provider_pb2.PropertyDiff
        return provider_pb2.DiffResponse(
            changes=some if changed else none,
            replaces=replaces,
            diffs=sorted({_first(path) for path in changed}),
            detailedDiff={
                path: kinds(kind=kinds.UPDATE_REPLACE if replacing else kinds.UPDATE, inputDiff=True)
                for path, replacing in changed.items()
            },
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(replaces) and _is_named_by_hand(kind, new),
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        given = from_wire(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(
                properties=_outputs(kind, given, dict.fromkeys(kind.computed, UNKNOWN))
            )
        with self._account(context) as there:
            inputs = kind.with_defaults(plain(given))
            made = kind.create(there, inputs)
            return provider_pb2.CreateResponse(
                id=made, properties=_outputs(kind, given, _found(kind, there, made, inputs))
            )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        given = from_wire(request.news)
        before = plain(from_wire(request.olds))
        if request.preview:
            kept = {key: before[key] for key in kind.computed if key in before}
            return provider_pb2.UpdateResponse(properties=_outputs(kind, given, kept))
        with self._account(context) as there:
            kept = {key: before[key] for key in request.ignoreChanges if key in before}
            inputs = {**kind.with_defaults(plain(given)), **kept}
            _check_fixed(kind, before, inputs)
            kind.update(there, request.id, kind.with_defaults(before), inputs)
            return provider_pb2.UpdateResponse(
                properties=_outputs(kind, given, _found(kind, there, request.id, inputs))
            )

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        given = from_wire(request.inputs)
        with self._account(context) as there:
            inputs = kind.with_defaults(plain(given))
            found = _found(kind, there, request.id, inputs)
            if there.get(kind.key(request.id)) is None:
                return provider_pb2.ReadResponse()  # gone: the state drops it
            # Without a state this is an import, which knows what the cloud says and nothing else.
            asked = (
                updated(kind.inputs, given, found)
                if len(request.properties)
                else imported(kind.inputs, found)
            )
            return provider_pb2.ReadResponse(
                id=request.id, properties=_outputs(kind, asked, found), inputs=to_wire(asked)
            )

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        with self._account(context) as there:
            kind.delete(there, request.id, plain(from_wire(request.properties)))
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        ask = LOOKUPS.get(request.tok)
        if ask is None:
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"{request.tok} takes the official tencentcloud plugin; this stand-in answers "
                + ", ".join(LOOKUPS),
            )
        assert ask is not None  # abort raises
        with self._account(context) as there:
            answer = ask(there, plain(from_wire(request.args)))
        return provider_pb2.InvokeResponse(**{"return": to_wire(answer)})

    @contextmanager
    def _account(self, context: grpc.ServicerContext) -> Iterator[Account]:
        """The account for one operation; what it refuses is the operation's error."""
        try:
            with account(self._file) as there:
                yield there
        except Refused as refused:
            context.abort(grpc.StatusCode.UNKNOWN, str(refused))

    def _kind(self, urn: str, context: grpc.ServicerContext) -> Kind:
        kind = KINDS.get(type_of(urn))
        if kind is None:
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"{type_of(urn)} takes the official tencentcloud plugin; this stand-in knows "
                + ", ".join(KINDS),
            )
        assert kind is not None  # abort raises
        return kind


def _check_fixed(kind: Kind, old: Inputs, new: Inputs) -> None:
    """Refuses what the provider's update does not change, and does not say before."""
    for key, field in kind.inputs.items():
        is_left_out = field.computed and key not in new
        if field.fixed and not is_left_out and (old.get(key) or None) != (new.get(key) or None):
            raise Refused(f"argument `{field.fixed}` cannot be changed")


def _first(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _is_within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _is_named_by_hand(kind: Kind, inputs: Inputs) -> bool:
    """Whether the next one may want the name of this one (nameRequiresDeleteBeforeReplace of the bridge)."""
    return bool(kind.named) and kind.named not in inputs.get(DEFAULTS, [kind.named])


def _found(kind: Kind, there: Account, identity: str, inputs: Inputs) -> Inputs:
    """What a Read finds: of the inputs what the cloud has, and what the provider computes."""
    return {**kind.inputs_there(there, identity), **kind.read(there, identity, inputs)}


def _outputs(kind: Kind, given: dict[str, Any], found: Inputs) -> Any:
    """Inputs as they were given, secrets among them, as far as the cloud has them so; defaults; the rest."""
    hidden = {key: secret(value) if key in kind.secret else value for key, value in found.items()}
    return to_wire({**kind.defaults, **hidden, **updated(kind.inputs, given, hidden)})
