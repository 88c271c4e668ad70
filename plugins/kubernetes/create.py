"""Create: a plain POST, then the wait until the object is ready."""

from __future__ import annotations

from plugins.kubernetes.errors import ApiError, NoSuchKind, NotReady, PluginError
from plugins.kubernetes.naming import object_id
from plugins.kubernetes.operation import Operation, PartialFailure, timeout_of
from plugins.kubernetes.ready import wait_until_ready
from plugins.kubernetes.shape import metadata_of, to_object
from plugins.kubernetes.state import CLIENT_SIDE_MANAGER, field_manager, new_state
from plugins.kubernetes.values import Properties, has_unknown, reveal

# A namespace or a CRD of the same program may be a moment away. In all about as long as the official
# provider.
RETRY_AFTER = (0.25, 0.5, 1, 2, 4, 8, 16)
ALREADY_EXISTS = """{error}

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use `pulumi import`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create."""


def preview_create(operation: Operation, inputs: Properties) -> Properties:
    """What the server would make of it; the inputs alone where it cannot say: no cluster, no such kind or
    namespace yet, a value not known yet."""
    if not operation.cluster.settings.server_side_apply or has_unknown(inputs):
        return inputs
    api = operation.cluster.reachable_api()
    plain = to_object(reveal(inputs))
    try:
        if api is None or not api.serves(plain["apiVersion"], plain["kind"]):
            return inputs
        live = _write(operation, plain, CLIENT_SIDE_MANAGER, dry_run=True)
    except ApiError as error:
        if (
            error.status in {403, 404}
            or error.reason == "AlreadyExists"
            or "support dry run" in error.message
        ):
            return inputs
        if error.status >= 500:  # an admission webhook of a release that is not yet running
            operation.warn(f"not previewed by the server: {error}")
            return inputs
        raise PluginError(_refused(operation, error)) from None
    # Without a status, what the program reads from it is unknown until the update. What else a dry run
    # computes (uid, clusterIP) stays, though the update will compute another: an unknown part would make all
    # of `metadata` unknown.
    live.pop("status", None)
    return new_state(
        inputs,
        live,
        field_manager=field_manager({}, inputs, operation.cluster.settings),
        initial_version=live["apiVersion"],
    )


def create(operation: Operation, inputs: Properties, seconds: float) -> tuple[str, Properties]:
    """The ID and the state. `seconds`: of customTimeouts, 0 when not given."""
    api = operation.api()
    plain = to_object(reveal(inputs))
    manager = field_manager({}, inputs, operation.cluster.settings)
    live = _persistently(operation, plain, manager)
    identifier = object_id(metadata_of(live).get("namespace"), live["metadata"]["name"])

    def state(obj: Properties) -> Properties:
        return new_state(inputs, obj, field_manager=manager, initial_version=plain["apiVersion"])

    try:
        live = wait_until_ready(operation, api, plain, live, timeout_of(plain, seconds))
    except NotReady as error:
        raise PartialFailure(
            f'resource "{operation.urn}" was successfully created, but the Kubernetes API server '
            f"reported that it failed to fully initialize or become live: {error}",
            identifier=identifier,
            state=state(error.last_object or live),
            reasons=error.reasons,
        ) from None
    return identifier, state(live)


def _persistently(operation: Operation, plain: Properties, manager: str) -> Properties:
    for attempt, delay in enumerate([*RETRY_AFTER, None], start=1):
        try:
            live = _write(operation, plain, manager)
        except (ApiError, NoSuchKind) as error:
            if delay is None or not (isinstance(error, NoSuchKind) or error.status == 404):
                raise PluginError(_refused(operation, error)) from None
            operation.status(f"Retry #{attempt}; creation failed: {error}")
            operation.api().pause(delay)
        else:
            operation.status("")
            return live
    raise AssertionError("the last attempt returns or raises")


def _write(operation: Operation, plain: Properties, manager: str, *, dry_run: bool = False) -> Properties:
    api, settings = operation.api(), operation.cluster.settings
    metadata = plain["metadata"]
    if metadata.get("namespace") and not api.is_namespaced(plain["apiVersion"], plain["kind"]):
        plain = {**plain, "metadata": {key: value for key, value in metadata.items() if key != "namespace"}}
    if settings.upsert_existing and settings.server_side_apply:
        force = dry_run or settings.patch_force or _forces(plain)
        return api.apply(plain, field_manager=manager, force=force, dry_run=dry_run)
    # Client-side as in the official provider since 4.29, so that an existing object is an error. The first
    # update takes these fields over: see managed_fields.py.
    return api.create(plain, field_manager=CLIENT_SIDE_MANAGER, dry_run=dry_run)


def _forces(plain: Properties) -> bool:
    return (metadata_of(plain).get("annotations") or {}).get("pulumi.com/patchForce") == "true"


def _refused(operation: Operation, error: ApiError | NoSuchKind) -> str:
    if isinstance(error, NoSuchKind):
        return (
            f'creation of resource "{operation.urn}" with kind {error.api_version}/{error.kind} failed '
            "because the "
            "Kubernetes API server reported that the apiVersion for this resource does not exist. "
            f"Verify that any required CRDs have been created: {error}"
        )
    text = ALREADY_EXISTS.format(error=error) if error.reason == "AlreadyExists" else str(error)
    return f'resource "{operation.urn}" was not successfully created by the Kubernetes API server: {text}'
