"""Read: refresh, import and get."""

from __future__ import annotations

from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.naming import kind_of_token, parse_id, token_of_urn
from plugins.kubernetes.operation import Operation, PartialFailure
from plugins.kubernetes.ready import what_is_missing
from plugins.kubernetes.secrecy import mark
from plugins.kubernetes.shape import READ_ONLY_METADATA, normalized, pruned, to_properties
from plugins.kubernetes.state import field_manager, initial_version, live_of, new_state
from plugins.kubernetes.values import Properties, reveal

# Written by controllers and kubectl, never by a program.
NO_INPUTS = {"deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"}


def read(
    operation: Operation, identifier: str, state: Properties, inputs: Properties
) -> tuple[Properties, Properties] | None:
    """The state and the inputs as they are now, or None when the object is gone.

    With inputs of the past (refresh), of the live object only what they speak of becomes inputs: what
    differs is drift. Without (import, get), everything but the status and what only the server sets.
    """
    settings = operation.cluster.settings
    api = operation.cluster.reachable_api()
    if api is None:
        operation.warn(_unreachable(operation))
        if settings.delete_unreachable:
            return None
        if settings.skip_update_unreachable:
            return state, inputs
        raise PluginError(
            "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can "
            "remove "
            "this resource from Pulumi state by rerunning the operation with the "
            "PULUMI_K8S_DELETE_UNREACHABLE "
            'environment variable set to "true"'
        )
    namespace, name = parse_id(identifier)
    known = inputs or live_of(state)
    kind = kind_of_token(token_of_urn(operation.urn))
    api_version = str(known.get("apiVersion") or kind.api_version)
    live = api.get(api_version, str(known.get("kind") or kind.kind), namespace, name)
    if live is None:
        return None
    if inputs:
        live_inputs = pruned(to_properties(live), normalized(reveal(inputs)))
    else:
        live_inputs = _importable(to_properties(live))
    marked = mark(live_inputs, inputs)
    new = new_state(
        marked,
        live,
        field_manager=field_manager(state, inputs, settings),
        initial_version=initial_version(state, live),
    )
    if inputs and (reasons := what_is_missing(api, reveal(inputs), live)):
        # The engine keeps this with the state, and the next `up` waits for the object again.
        raise PartialFailure(reasons[0], identifier=identifier, state=new, inputs=marked, reasons=reasons[1:])
    return new, marked


def _importable(live: Properties) -> Properties:
    inputs = {key: value for key, value in live.items() if key != "status"}
    metadata = {key: value for key, value in live["metadata"].items() if key not in READ_ONLY_METADATA}
    if annotations := metadata.get("annotations"):
        metadata["annotations"] = {key: value for key, value in annotations.items() if key not in NO_INPUTS}
        if not metadata["annotations"]:
            del metadata["annotations"]
    inputs["metadata"] = metadata
    return inputs


def _unreachable(operation: Operation) -> str:
    try:
        operation.api()
    except PluginError as error:
        return str(error)
    return "the cluster has become reachable"
