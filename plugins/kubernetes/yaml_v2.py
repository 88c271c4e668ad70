"""ConfigFile and ConfigGroup of kubernetes:yaml/v2: components whose children are the objects of manifests.

https://www.pulumi.com/registry/packages/kubernetes/api-docs/yaml/v2/configgroup/. The engine asks for them by
Construct; the component and its children are registered with the engine's resource monitor, straight over
gRPC: all children that wait for no other at once, and with secrets and unknowns as they came.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from plugins.kubernetes import kinds
from plugins.kubernetes.cluster import Cluster
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.values import (
    RESOURCE_REFERENCE,
    SIGNATURE,
    UNKNOWN,
    Properties,
    Secret,
    from_wire,
    has_unknown,
    reveal,
    to_wire,
)
from plugins.kubernetes.yaml_v2_objects import (
    Child,
    Identity,
    children_of,
    in_order,
    with_namespaces,
    without_await,
)
from plugins.kubernetes.yaml_v2_sources import Source, parse, read
from plugins.serve import CHANNEL_OPTIONS

CONFIG_FILE = "kubernetes:yaml/v2:ConfigFile"
CONFIG_GROUP = "kubernetes:yaml/v2:ConfigGroup"
ARGUMENTS = {
    CONFIG_FILE: {"file": str, "resourcePrefix": str, "skipAwait": bool},
    CONFIG_GROUP: {"files": list, "yaml": str, "objs": list, "resourcePrefix": str, "skipAwait": bool},
}
Registered = resource_pb2.RegisterResourceResponse


def construct(
    request: provider_pb2.ConstructRequest, cluster: Cluster, version: str, warn: Callable[[str, str], None]
) -> provider_pb2.ConstructResponse:
    """Answers when every child is registered: created, and ready if it is awaited.

    `version`: of this plugin, for children without an explicit provider. `warn` takes the component's URN and
    a text. Raises PluginError; what failed about a child the engine has told already.
    """
    channel = grpc.insecure_channel(request.monitorEndpoint, options=CHANNEL_OPTIONS)
    try:
        monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
        component = monitor.RegisterResource(_component(request)).urn
        inputs = from_wire(request.inputs)
        children, warnings, incomplete = _children(request.type, request.name, inputs, cluster)
        for warning in warnings:
            warn(component, warning)
        prefix = reveal(inputs.get("resourcePrefix"))
        prefix = request.name if prefix is None or prefix is UNKNOWN else prefix
        made = _register_all(
            monitor, children, lambda child: _child(request, child, component, prefix, version)
        )
        monitor.RegisterResourceOutputs(
            resource_pb2.RegisterResourceOutputsRequest(urn=component, outputs=to_wire({}))
        )
    except grpc.RpcError as error:
        raise PluginError(f"{request.name}: {error.details()}") from None
    finally:
        channel.close()
    return _response(component, made, version, incomplete=incomplete)


# -- from the arguments to the objects ---------------------------------------------------------------


def _children(
    token: str, name: str, inputs: Properties, cluster: Cluster
) -> tuple[list[Child], list[str], bool]:
    """The objects in order, warnings, and whether some are missing: their identity is not known yet."""
    _check_arguments(token, name, inputs)
    children, unknown = [], 0
    for value, origin in _objects(token, inputs):
        found, number = children_of(value, origin)
        children += found
        unknown += number
    children, unresolved = with_namespaces(children, cluster.default_namespace, cluster.is_namespaced)
    warnings = []
    if unresolved:
        warnings.append(
            "Unable to determine whether the following kinds are namespaced without a reachable cluster or a "
            f"matching CustomResourceDefinition: {', '.join(sorted(unresolved))}. Set .metadata.namespace "
            "explicitly, or include the CustomResourceDefinition, to control the namespace."
        )
    if unknown:
        warnings.append(f"{token}:{name} -- some objects are not known yet. Preview is incomplete.")
    skip = reveal(inputs.get("skipAwait"))
    if skip is True:
        children = [without_await(child) for child in children]
    return in_order(children), warnings, bool(unknown)


def _check_arguments(token: str, name: str, inputs: Properties) -> None:
    if token not in ARGUMENTS:
        raise PluginError(
            f"component {token} is not supported by the stand-in for the kubernetes plugin; "
            "install the official plugin (pulumi plugin install resource kubernetes) to use it"
        )
    for key, value in inputs.items():
        plain, wanted = reveal(value), ARGUMENTS[token].get(key)
        if wanted is None:
            raise PluginError(
                f"{token}:{name} has no argument {key}; there are {', '.join(ARGUMENTS[token])}"
            )
        if plain is not None and plain is not UNKNOWN and not isinstance(plain, wanted):
            raise PluginError(
                f"{token}:{name}: {key} must be a {wanted.__name__}, not {type(plain).__name__}"
            )
    if token == CONFIG_FILE and not reveal(inputs.get("file")):
        raise PluginError(f"{token}:{name} needs the argument file: a path or a URL")


def _objects(token: str, inputs: Properties) -> list[tuple[Any, str]]:
    """All that the arguments name: documents, or UNKNOWN for an argument that is not known yet, each with
    where it was found. What comes from a secret argument is Secret.
    """
    found: list[tuple[Any, str]] = []
    files = inputs.get("files") if token == CONFIG_GROUP else [inputs["file"]]
    for file in _items(files):
        if has_unknown(file):
            found.append((UNKNOWN, "files"))
        else:
            for source in read(reveal(file), patterns=token == CONFIG_GROUP):
                found += [(document, source.origin) for document in parse(source)]
    text = inputs.get("yaml")
    if has_unknown(text):
        found.append((UNKNOWN, "yaml"))
    elif text is not None:
        secret = isinstance(text, Secret)
        documents = parse(Source("yaml", reveal(text)))
        found += [(Secret(document) if secret else document, "yaml") for document in documents]
    return found + [(obj, "objs") for obj in _items(inputs.get("objs"))]


def _items(value: Any) -> list[Any]:
    if isinstance(value, Secret):
        return [Secret(item) for item in _items(value.value)]
    if value is UNKNOWN:
        return [UNKNOWN]
    return value or []


# -- registration ------------------------------------------------------------------------------------


def _component(request: provider_pb2.ConstructRequest) -> resource_pb2.RegisterResourceRequest:
    """The component with all options the program gave it."""
    registration = resource_pb2.RegisterResourceRequest(
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=False,
        dependencies=request.dependencies,
        providers=dict(request.providers),
        aliases=request.aliases,
        aliasSpecs=True,
        additionalSecretOutputs=request.additionalSecretOutputs,
        deletedWith=request.deletedWith,
        replace_with=request.replace_with,
        ignoreChanges=request.ignoreChanges,
        replaceOnChanges=request.replaceOnChanges,
        acceptSecrets=True,
        acceptResources=True,
        supportsPartialValues=True,
        parentStackTraceHandle=request.stack_trace_handle,
    )
    for name in ("protect", "deleteBeforeReplace", "retainOnDelete"):
        if request.HasField(name):
            setattr(registration, name, getattr(request, name))
    registration.deleteBeforeReplaceDefined = request.HasField("deleteBeforeReplace")
    if request.HasField("customTimeouts"):
        timeouts = request.customTimeouts
        registration.customTimeouts.create = timeouts.create
        registration.customTimeouts.update = timeouts.update
        registration.customTimeouts.delete = timeouts.delete
    if request.HasField("replacement_trigger"):
        registration.replacement_trigger.CopyFrom(request.replacement_trigger)
    if request.HasField("resource_hooks"):
        for hooks in resource_pb2.RegisterResourceRequest.ResourceHooksBinding.DESCRIPTOR.fields:
            getattr(registration.hooks, hooks.name).extend(getattr(request.resource_hooks, hooks.name, []))
    return registration


def _child(
    request: provider_pb2.ConstructRequest, child: Child, component: str, prefix: str, version: str
) -> resource_pb2.RegisterResourceRequest:
    provider = request.providers.get("kubernetes", "")
    registration = resource_pb2.RegisterResourceRequest(
        type=child.token,
        name=child.resource_name(prefix),
        parent=component,
        custom=True,
        object=to_wire(child.obj),
        provider=provider,
        # Without an explicit provider the engine takes its default one of this version.
        version="" if provider else version,
        aliasSpecs=True,
        additionalSecretOutputs=["data", "stringData"] if kinds.is_secret(child.obj) else [],
        acceptSecrets=True,
        acceptResources=True,
        supportsPartialValues=True,
        parentStackTraceHandle=request.stack_trace_handle,
    )
    if request.HasField("protect"):
        registration.protect = request.protect
    return registration


def _register_all(
    monitor: resource_pb2_grpc.ResourceMonitorStub,
    children: list[Child],
    registration_of: Callable[[Child], resource_pb2.RegisterResourceRequest],
) -> list[Registered]:
    """Registers each child as soon as those it depends on are done; the engine bounds how many it works on.

    After a failure no other is begun. Raises PluginError once all that were under way have ended.
    """
    done: dict[Identity, Registered] = {}
    waiting = list(children)
    ended: queue.SimpleQueue[tuple[Child, grpc.Future]] = queue.SimpleQueue()
    under_way = 0
    failure: str | None = None
    while True:
        if failure is None:
            ready = [child for child in waiting if all(each in done for each in child.depends_on)]
            waiting = [child for child in waiting if child not in ready]
            for child in ready:
                registration = registration_of(child)
                registration.dependencies.extend(done[each].urn for each in child.depends_on)
                call = monitor.RegisterResource.future(registration)
                call.add_done_callback(lambda call, child=child: ended.put((child, call)))
                under_way += 1
        if not under_way:
            break
        child, call = ended.get()
        under_way -= 1
        try:
            done[child.identity] = call.result()
        except grpc.RpcError as error:
            failure = failure or f"{child.identity} ({child.origin}): {error.details()}"
    if failure:
        raise PluginError(failure)
    return [done[child.identity] for child in children]


# -- the answer --------------------------------------------------------------------------------------


def _response(
    component: str, made: list[Registered], version: str, *, incomplete: bool
) -> provider_pb2.ConstructResponse:
    resources: Any = [
        {
            SIGNATURE: RESOURCE_REFERENCE,
            "urn": each.urn,
            "id": each.id or UNKNOWN,
            "packageVersion": version,
        }
        for each in made
    ]
    urns = [each.urn for each in made]
    return provider_pb2.ConstructResponse(
        urn=component,
        state=to_wire({"resources": UNKNOWN if incomplete else resources}),
        stateDependencies={
            "resources": provider_pb2.ConstructResponse.PropertyDependencies(urns=urns),
        },
    )
