"""Objects of a manifest as resources, one each, so that previews and policies see every one of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.kube.definitions import without_descriptions
from components.kube.waiting import IN_BACKGROUND, annotated

Object = dict[str, Any]
GROUP = "kubernetes:yaml/v2:ConfigGroup"  # what held the objects before 2026-11


@dataclass(frozen=True, kw_only=True)
class ObjectsArgs:
    objects: Sequence[Object]
    """Whole Kubernetes objects, without a status."""
    depends_on: Sequence[pulumi.Resource] = ()
    """Resources that each object waits for, in addition to its own namespace."""
    namespaces: Mapping[str, pulumi.Resource] = field(default_factory=dict)
    """Namespaces that this stack makes, by name: what is in one waits for it, and goes with it."""
    last: Collection[str] = ()
    """Kinds whose objects wait for all others."""


class Objects(pulumi.ComponentResource):
    """A manifest's objects.

    Each has the logical name that it had as a part of a ConfigGroup, NAME:[NAMESPACE/]OBJECT, and the
    component has the group as its alias: a stack of that time keeps every object.
    """

    resources: list[pulumi.CustomResource]
    """Namespaces first, those of the kinds `last` at the end."""
    namespaces: dict[str, pulumi.Resource]
    """The namespaces among the objects, and those that were given, by name."""

    def __init__(self, name: str, args: ObjectsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        alias = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=GROUP)])
        super().__init__("tekton-builds:kube:Objects", name, None, pulumi.ResourceOptions.merge(opts, alias))
        self.namespaces = dict(args.namespaces)
        self.resources = []
        earlier: list[pulumi.Resource] = []
        for manifest in sorted(args.objects, key=lambda manifest: _rank(manifest, args.last)):
            is_last = manifest["kind"] in args.last
            # A Service runs nothing, so it needs nothing: a hundred dependencies would only fill the state.
            needs = [] if manifest["kind"] == "Service" else args.depends_on
            resource = self._resource(name, manifest, [*needs, *(earlier if is_last else ())])
            self.resources.append(resource)
            if not is_last:
                earlier.append(resource)
            if manifest["kind"] == "Namespace":
                self.namespaces[manifest["metadata"]["name"]] = resource
        self.register_outputs({})

    def _resource(
        self, name: str, manifest: Object, depends_on: Sequence[pulumi.Resource]
    ) -> pulumi.CustomResource:
        meta = manifest["metadata"]
        path = "/".join(filter(None, (meta.get("namespace"), meta["name"])))
        namespace = self.namespaces.get(meta.get("namespace", ""))
        # It goes before its namespace and is not waited for: its pods may take half a minute to end, while
        # all the rest goes.
        is_deployment = manifest["kind"] == "Deployment"
        return pulumi.CustomResource(
            token(manifest),
            f"{name}:{path}",
            annotated(manifest, IN_BACKGROUND) if is_deployment else without_descriptions(manifest),
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[*depends_on, *([namespace] if namespace else [])],
                # The engine then deletes the namespace alone. It inherits this from a parent, so it stands on
                # objects in the namespace and nowhere else.
                deleted_with=None if is_deployment else namespace,
            ),
        )


def _rank(manifest: Object, last: Collection[str]) -> int:
    return 0 if manifest["kind"] == "Namespace" else 2 if manifest["kind"] in last else 1


def token(manifest: Object) -> str:
    """The provider's type token of an object: kubernetes:apps/v1:Deployment, kubernetes:core/v1:Service."""
    version = manifest["apiVersion"]
    return f"kubernetes:{version if '/' in version else f'core/{version}'}:{manifest['kind']}"
