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
from plugins.tencentcloud.errors import RefusedError
from plugins.tencentcloud.kind import Inputs, Kind
from plugins.tencentcloud.kinds import KINDS
from plugins.tencentcloud.lookups import LOOKUPS
from plugins.tencentcloud.reading import import_inputs, refresh_inputs
from plugins.values import UNKNOWN, from_wire, has_unknown, plain, secret, to_wire

CREDENTIALS = {"secretId": "TENCENTCLOUD_SECRET_ID", "secretKey": "TENCENTCLOUD_SECRET_KEY"}


class TencentCloudProvider(StandIn):
    """Works on the account in `file`."""

    VERSION = "0.2.3"

    def __init__(self, file: Path) -> None:
        self._file = file

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Compares provider configurations: another region replaces every resource."""
        old, new = plain(from_wire(request.old_inputs or request.olds)), plain(from_wire(request.news))
        has_new_region = old.get("region") != new.get("region")
        keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        different, equal = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=different if keys else equal, diffs=keys, replaces=["region"] if has_new_region else []
        )

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        configuration = plain(from_wire(request.args))
        for key, variable in CREDENTIALS.items():
            if not (configuration.get(key) or os.environ.get(variable)):
                context.abort(
                    grpc.StatusCode.UNKNOWN,
                    "Please set your `secret_id` and `secret_key`, as TENCENTCLOUD_SECRET_ID and "
                    "TENCENTCLOUD_SECRET_KEY or in the provider's configuration",
                )
        return super().Configure(request, context)

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        inputs, old_inputs = from_wire(request.news), from_wire(request.olds)
        inputs[DEFAULTS] = []
        if kind.name_input and kind.name_input not in inputs:
            inputs[kind.name_input] = (
                old_inputs.get(kind.name_input) or f"{request.urn.split('::')[-1]}-{secrets.token_hex(4)[:7]}"
            )
            inputs[DEFAULTS] = [kind.name_input]
        plain_inputs = plain(inputs)
        problems = list(failures(kind.inputs, plain_inputs))
        final_inputs = {key: value for key, value in plain_inputs.items() if not has_unknown(value)}
        problems += kind.check(final_inputs) if not problems else []
        return provider_pb2.CheckResponse(
            inputs=to_wire(inputs),
            failures=[provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in problems],
        )

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        new = plain(from_wire(request.news))
        # As Terraform does: with the state, where a refresh has written what the cloud has, and not with the
        # program of before.
        state = plain(from_wire(request.olds or request.old_inputs))
        old = {key: value for key, value in state.items() if key in kind.inputs}
        differing_paths = differences(kind.inputs, kind.with_defaults(old), kind.with_defaults(new))
        changes = {
            path: replacing
            for path, replacing in differing_paths.items()
            if not any(_is_within(path, ignored) for ignored in request.ignoreChanges)
        }
        replaces = sorted({_top_level(path) for path, replacing in changes.items() if replacing})
        different, equal = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        kinds = provider_pb2.PropertyDiff
        return provider_pb2.DiffResponse(
            changes=different if changes else equal,
            replaces=replaces,
            diffs=sorted({_top_level(path) for path in changes}),
            detailedDiff={
                path: kinds(kind=kinds.UPDATE_REPLACE if replacing else kinds.UPDATE, inputDiff=True)
                for path, replacing in changes.items()
            },
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(replaces) and _is_named_by_hand(kind, new),
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        properties = from_wire(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(
                properties=_outputs(kind, properties, dict.fromkeys(kind.computed, UNKNOWN))
            )
        with self._account(context) as cloud_account:
            inputs = kind.with_defaults(plain(properties))
            identity = kind.create(cloud_account, inputs)
            return provider_pb2.CreateResponse(
                id=identity,
                properties=_outputs(kind, properties, _read(kind, cloud_account, identity, inputs)),
            )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        properties = from_wire(request.news)
        state = plain(from_wire(request.olds))
        if request.preview:
            values = {key: state[key] for key in kind.computed if key in state}
            return provider_pb2.UpdateResponse(properties=_outputs(kind, properties, values))
        with self._account(context) as cloud_account:
            values = {key: state[key] for key in request.ignoreChanges if key in state}
            inputs = {**kind.with_defaults(plain(properties)), **values}
            _check_fixed(kind, state, inputs)
            kind.update(cloud_account, request.id, kind.with_defaults(state), inputs)
            return provider_pb2.UpdateResponse(
                properties=_outputs(kind, properties, _read(kind, cloud_account, request.id, inputs))
            )

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        old_inputs = from_wire(request.inputs)
        with self._account(context) as cloud_account:
            inputs = kind.with_defaults(plain(old_inputs))
            results = _read(kind, cloud_account, request.id, inputs)
            if cloud_account.get(kind.key(request.id)) is None:
                return provider_pb2.ReadResponse()  # gone: the state drops it
            # Without a state this is an import, which knows what the cloud says and nothing else.
            new_inputs = (
                refresh_inputs(kind.inputs, old_inputs, results)
                if len(request.properties)
                else import_inputs(kind.inputs, results)
            )
            return provider_pb2.ReadResponse(
                id=request.id, properties=_outputs(kind, new_inputs, results), inputs=to_wire(new_inputs)
            )

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request.urn, context)
        with self._account(context) as cloud_account:
            kind.delete(cloud_account, request.id, plain(from_wire(request.properties)))
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        lookup = LOOKUPS.get(request.tok)
        if lookup is None:
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"{request.tok} takes the official tencentcloud plugin; this stand-in answers "
                + ", ".join(LOOKUPS),
            )
        assert lookup is not None  # abort raises
        with self._account(context) as cloud_account:
            answer = lookup(cloud_account, plain(from_wire(request.args)))
        return provider_pb2.InvokeResponse(**{"return": to_wire(answer)})

    @contextmanager
    def _account(self, context: grpc.ServicerContext) -> Iterator[Account]:
        """The account for one operation; what it refuses is the operation's error."""
        try:
            with account(self._file) as cloud_account:
                yield cloud_account
        except RefusedError as refusal:
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))

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
            raise RefusedError(f"argument `{field.fixed}` cannot be changed")


def _top_level(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _is_within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _is_named_by_hand(kind: Kind, inputs: Inputs) -> bool:
    """True when the next one may want this one's name (nameRequiresDeleteBeforeReplace of the bridge)."""
    return bool(kind.name_input) and kind.name_input not in inputs.get(DEFAULTS, [kind.name_input])


def _read(kind: Kind, cloud_account: Account, identity: str, inputs: Inputs) -> Inputs:
    """The result of a Read: the inputs that the cloud has, and what the provider computes."""
    return {**kind.cloud_inputs(cloud_account, identity), **kind.read(cloud_account, identity, inputs)}


def _outputs(kind: Kind, properties: dict[str, Any], results: Inputs) -> Any:
    """Inputs as they were given, secrets among them, as far as the cloud has them so; defaults; the rest."""
    outputs = {key: secret(value) if key in kind.secret else value for key, value in results.items()}
    return to_wire({**kind.defaults, **outputs, **refresh_inputs(kind.inputs, properties, outputs)})
