"""Names: of kinds in type tokens, of objects in resource IDs, and those Pulumi makes up."""

from __future__ import annotations

import hashlib
import random
import secrets
from typing import NamedTuple

from plugins.kubernetes.errors import PluginError

# Types of the package that are no Kubernetes objects, and what to use instead.
NOT_OBJECTS = {
    "helm.sh": "Helm releases and charts",
    "kustomize": "kustomize directories",
}
SUFFIX_DIGITS = 8
AUTONAMED = "pulumi.com/autonamed"


class Kind(NamedTuple):
    """As objects write it: apiVersion ("apps/v1", "v1") and kind."""

    api_version: str
    kind: str

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]


def kind_of_token(token: str) -> Kind:
    """`kubernetes:apps/v1:Deployment` is apps/v1 Deployment; group `core` is written without its name.

    Raises PluginError for what the stand-in does not do: Helm, kustomize, lists.
    """
    parts = token.split(":")
    if len(parts) != 3 or parts[0] != "kubernetes":
        raise PluginError(f"{token!r} is no type of the kubernetes package")
    _, group_version, kind = parts
    for prefix, what in NOT_OBJECTS.items():
        if group_version.startswith(prefix):
            raise PluginError(
                f"{token}: {what} are not supported by the stand-in for the kubernetes plugin; "
                "install the official plugin (pulumi plugin install resource kubernetes) to use them"
            )
    return Kind(group_version.removeprefix("core/"), kind)


def token_of_urn(urn: str) -> str:
    """urn:pulumi:<stack>::<project>::<parent type$...$type>::<name>"""
    return urn.split("::")[2].rpartition("$")[2]


def name_of_urn(urn: str) -> str:
    return urn.split("::", 3)[3]


def object_id(namespace: str | None, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


def parse_id(identifier: str) -> tuple[str | None, str]:
    """`namespace/name` or `name`. Raises PluginError for anything else, as met in `pulumi import`."""
    namespace, slash, name = identifier.rpartition("/")
    if not name or "/" in namespace or (slash and not namespace):
        raise PluginError(
            f"{identifier!r} names no object; write namespace/name, or name if it has no namespace"
        )
    return namespace or None, name


def autoname(resource_name: str, seed: bytes) -> str:
    """The resource's name with eight hex digits, the same for the same seed: preview and update agree."""
    source: random.Random = random.Random(hashlib.sha256(seed).digest()) if seed else secrets.SystemRandom()
    return f"{resource_name}-{''.join(source.choices('0123456789abcdef', k=SUFFIX_DIGITS))}"


def new_field_manager() -> str:
    """One manager for each resource, kept in its state, as the official provider does it: two resources that
    write to one object are told apart."""
    return f"pulumi-kubernetes-{secrets.token_hex(4)}"
