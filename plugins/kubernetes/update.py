"""Update: server-side apply of the new inputs, so that a field taken out of the program goes and others'
stay.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from plugins.kubernetes import kinds
from plugins.kubernetes.api import Api
from plugins.kubernetes.diff import parse_path
from plugins.kubernetes.errors import ApiError, NoSuchKind, NotReady, PluginError
from plugins.kubernetes.managed_fields import belongs_to_others_only, is_client_side, take_over
from plugins.kubernetes.naming import object_id
from plugins.kubernetes.operation import Operation, PartialFailure, timeout_of
from plugins.kubernetes.ready import wait_until_ready
from plugins.kubernetes.shape import annotation, metadata_of, normalized, to_object
from plugins.kubernetes.state import field_manager, initial_version, new_state
from plugins.kubernetes.values import Properties, has_unknown, reveal

OPTIMISTIC_ATTEMPTS = 5
CONFLICT_HELP = (
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/"
    "#handle-field-conflicts-on-existing-resources"
)


def preview_update(
    operation: Operation, state: Properties, inputs: Properties, ignore: list[str]
) -> Properties:
    """What the server would make of it; the inputs alone where it cannot say."""
    api = operation.cluster.reachable_api()
    plain = to_object(normalized(reveal(inputs)))
    if api is None or has_unknown(inputs) or not api.serves(plain["apiVersion"], plain["kind"]):
        return inputs
    manager = field_manager(state, inputs, operation.cluster.settings)
    try:
        live = _apply(operation, api, plain, manager, ignore, dry_run=True)
    except ApiError as error:
        if error.status == 403 or "support dry run" in error.message:
            return inputs
        if error.status >= 500:  # an admission webhook of a release that is not yet running
            operation.warn(f"not previewed by the server: {error}")
            return inputs
        raise PluginError(_failed(operation, error, manager)) from None
    return new_state(inputs, live, field_manager=manager, initial_version=initial_version(state, inputs))


def update(
    operation: Operation, state: Properties, inputs: Properties, ignore: list[str], seconds: float
) -> Properties:
    """The new state. `ignore`: paths of ignoreChanges; `seconds`: of customTimeouts, 0 when not given."""
    api = operation.api()
    plain = to_object(normalized(reveal(inputs)))
    manager = field_manager(state, inputs, operation.cluster.settings)
    try:
        live = _apply(operation, api, plain, manager, ignore)
    except NoSuchKind as error:
        raise PluginError(
            f'update of resource "{operation.urn}" failed because the Kubernetes API server reported that '
            "the "
            "apiVersion for this resource does not exist. Verify that any required CRDs have been "
            f"created: {error}"
        ) from None
    except ApiError as error:
        raise PluginError(_failed(operation, error, manager)) from None
    identifier = object_id(metadata_of(live).get("namespace"), live["metadata"]["name"])

    def new(obj: Properties) -> Properties:
        return new_state(inputs, obj, field_manager=manager, initial_version=initial_version(state, inputs))

    try:
        return new(wait_until_ready(operation, api, plain, live, timeout_of(plain, seconds)))
    except NotReady as error:
        raise PartialFailure(
            f'the Kubernetes API server reported that "{identifier}" failed to fully initialize or become '
            "live: "
            f"{error}",
            identifier=identifier,
            state=new(error.last_object or live),
            reasons=error.reasons,
        ) from None


def _apply(
    operation: Operation,
    api: Api,
    plain: Properties,
    manager: str,
    ignore: list[str],
    *,
    dry_run: bool = False,
) -> Properties:
    plain = copy.deepcopy(plain)
    if not api.is_namespaced(plain["apiVersion"], plain["kind"]):
        plain["metadata"].pop("namespace", None)
    if kinds.is_crd(plain):
        return _optimistically(api, plain, lambda live: _replace_crd(api, plain, live, manager, dry_run))
    settings = operation.cluster.settings
    live = _optimistically(
        api,
        plain,
        lambda live: live if dry_run or not settings.server_side_apply else _take_over(api, live, manager),
    )
    for path in ignore:
        _keep(plain, live, parse_path(path), manager)
    force = (
        not settings.server_side_apply
        or settings.patch_force
        or annotation(plain, "pulumi.com/patchForce") == "true"
        or (dry_run and is_client_side(live))
    )
    return api.apply(plain, field_manager=manager, force=force, dry_run=dry_run)


def _optimistically(api: Api, plain: Properties, write: Callable[[Properties], Properties]) -> Properties:
    """`write`, given the live object; again from the start when somebody wrote in between."""
    metadata = plain["metadata"]
    for attempt in range(OPTIMISTIC_ATTEMPTS):
        live = api.get(plain["apiVersion"], plain["kind"], metadata.get("namespace"), metadata["name"])
        if live is None:
            raise ApiError(404, "NotFound", f'{plain["kind"]} "{metadata["name"]}" not found')
        try:
            return write(live)
        except ApiError as error:
            if (
                error.reason != "Conflict"
                or error.details.get("causes")
                or attempt == OPTIMISTIC_ATTEMPTS - 1
            ):
                raise
    raise AssertionError("the last attempt returns or raises")


def _take_over(api: Api, live: Properties, manager: str) -> Properties:
    patch = take_over(live, manager)
    return api.json_patch(live, patch) if patch else live


def _replace_crd(api: Api, plain: Properties, live: Properties, manager: str, dry_run: bool) -> Properties:
    """A CRD is replaced as a whole, as the official provider does it: merging schemas makes no sense."""
    metadata = {**plain["metadata"], "resourceVersion": live["metadata"]["resourceVersion"]}
    return api.replace({**plain, "metadata": metadata}, field_manager=manager, dry_run=dry_run)


def _keep(plain: Properties, live: Properties, path: tuple[str | int, ...], manager: str) -> None:
    """ignoreChanges at `path`: what others own is left out, what is ours is sent as it is now."""
    if not path or not all(isinstance(step, str) for step in path):
        return  # a path into a list: the engine has already put the old inputs there
    target: Any = plain
    value: Any = live
    for step in path[:-1]:
        target = target.get(step) if isinstance(target, dict) else None
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(target, dict):
        return
    if belongs_to_others_only(live, path, manager):
        target.pop(path[-1], None)
    elif isinstance(value, dict) and path[-1] in value:
        target[path[-1]] = value[path[-1]]


def _failed(operation: Operation, error: ApiError, manager: str) -> str:
    if error.reason == "Conflict" and error.details.get("causes"):
        return (
            f'update of resource "{operation.urn}" failed: server-side apply field conflict detected, see '
            f'{CONFLICT_HELP} for troubleshooting help\nThe resource managed by field manager "{manager}" '
            "had an "
            f"apply conflict: {error}\nTo take these fields over, set the annotation pulumi.com/patchForce "
            "to "
            '"true" on the resource; to leave them to their owner, take them out of the program.'
        )
    return f'update of resource "{operation.urn}" failed: {error}'
