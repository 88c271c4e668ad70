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

from plugins.kubernetes import kinds
from plugins.kubernetes.cluster import Cluster
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.values import RESOURCE_REFERENCE, SIGNATURE, UNKNOWN, from_wire, reveal, to_wire
from plugins.kubernetes.yaml_v2_arguments import objects_of
from plugins.kubernetes.yaml_v2_objects import Child, Identity
from plugins.protocol import provider_pb2, resource_pb2, resource_pb2_grpc
from plugins.serve import CHANNEL_OPTIONS

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
        found = objects_of(request.type, request.name, inputs, cluster)
        for warning in found.warnings:
            warn(component, warning)
        prefix = reveal(inputs.get("resourcePrefix"))
        prefix = request.name if prefix is None or prefix is UNKNOWN else prefix
        made = _register_all(
            monitor, found.children, lambda child: _child(request, child, component, prefix, version)
        )
        monitor.RegisterResourceOutputs(
            resource_pb2.RegisterResourceOutputsRequest(urn=component, outputs=to_wire({}))
        )
    except grpc.RpcError as error:
        raise PluginError(f"{request.name}: {error.details()}") from None
    finally:
        channel.close()
    return _response(component, made, version, incomplete=found.incomplete)


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
