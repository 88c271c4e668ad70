"""What a resource's state holds: the live object, and under three keys of our own what the next run needs.

The keys are the official provider's, so that a stack may change from this plugin to that one and back.
"""

from __future__ import annotations

from plugins.kubernetes import kinds
from plugins.kubernetes.naming import new_field_manager
from plugins.kubernetes.secrecy import mark
from plugins.kubernetes.settings import Settings
from plugins.kubernetes.shape import annotation, to_properties
from plugins.kubernetes.values import Properties, reveal

INPUTS = "__inputs"
INITIAL_VERSION = "__initialApiVersion"
FIELD_MANAGER = "__fieldManager"
IDENTITY = ("apiVersion", "kind", "metadata")
# Of client-side writes: every create, and everything when server-side apply is off.
CLIENT_SIDE_MANAGER = "pulumi-kubernetes"


def new_state(
    inputs: Properties, live: Properties, *, field_manager: str, initial_version: str
) -> Properties:
    """`inputs`: as checked, with secrets marked; `live`: as the server gave it."""
    outputs = to_properties(live)
    if kinds.is_crd(live):
        outputs, kept = _without_schemas(outputs), {key: inputs[key] for key in IDENTITY}
    else:
        kept = inputs
    return {
        **mark(outputs, inputs),
        INPUTS: kept,
        INITIAL_VERSION: initial_version,
        FIELD_MANAGER: field_manager,
    }


def _without_schemas(crd: Properties) -> Properties:
    """The CRDs' schemas are nine tenths of a Tekton stack, and Pulumi writes all of the state at every step:
    they stand in the inputs, which is where Diff looks, and nowhere else. The official plugin would keep
    three copies; coming to this state it writes each CRD once more, unchanged."""
    spec = crd.get("spec") or {}
    versions = [
        {key: value for key, value in version.items() if key != "schema"}
        for version in spec.get("versions") or []
    ]
    return {**crd, "spec": {**spec, "versions": versions}}


def inputs_of(state: Properties) -> Properties:
    inputs = state.get(INPUTS)
    return inputs if isinstance(inputs, dict) else {}


def live_of(state: Properties) -> Properties:
    """The live object as last seen, plain."""
    return reveal({key: value for key, value in state.items() if not key.startswith("__")})


def initial_version(state: Properties, inputs: Properties) -> str:
    return str(state.get(INITIAL_VERSION) or inputs.get("apiVersion") or "")


def field_manager(state: Properties, inputs: Properties, settings: Settings) -> str:
    """The annotation's, else the one in the state, else a new one."""
    if not settings.server_side_apply:
        return CLIENT_SIDE_MANAGER
    return str(
        annotation(reveal(inputs), "pulumi.com/patchFieldManager")
        or state.get(FIELD_MANAGER)
        or new_field_manager()
    )
