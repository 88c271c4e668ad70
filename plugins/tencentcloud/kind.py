"""The definition of one resource type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.schema import Field, schema

Inputs = Mapping[str, Any]
Outputs = dict[str, Any]
Failure = tuple[str, str]


def _keep(_account: Account, _id: str, _old: Inputs, _new: Inputs) -> None: ...


def resource_id_of(identity: str) -> str:
    """The resource that an id of the provider's means; it joins those of a cluster and of what is in it."""
    return identity.partition("#")[2] or identity


def stored_inputs(*keys: str, key: Callable[[str], str] = resource_id_of) -> Callable[[Account, str], Inputs]:
    """A way to find inputs: these, as the account keeps them under the `key` of an id."""

    def find(account: Account, identity: str) -> Inputs:
        properties = account.get(key(identity)) or {}
        return {name: properties[name] for name in keys if name in properties}

    return find


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One resource type. Inputs and outputs are plain; `create` gives the id; errors are RefusedError.

    `read` gives the computed outputs of what is there; `update` gets the state's outputs and the new inputs.
    `cloud_inputs` gives the inputs that the provider's Read takes from the cloud: a refresh has them of what
    the program sets, and an import has nothing else.
    `name_input`: an input that gets the resource's name and a suffix when it is left out.
    `key` gives the name that the account has for a resource with an id.
    """

    token: str
    create: Callable[[Account, Inputs], str]
    delete: Callable[[Account, str, Inputs], None]
    read: Callable[[Account, str, Inputs], Outputs] = lambda _account, _id, _inputs: {}
    cloud_inputs: Callable[[Account, str], Inputs] = lambda _account, _id: {}
    update: Callable[[Account, str, Inputs, Inputs], None] = _keep
    check: Callable[[Inputs], list[Failure]] = lambda _inputs: []
    computed: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    name_input: str = ""
    key: Callable[[str], str] = resource_id_of

    @cached_property
    def inputs(self) -> Mapping[str, Field]:
        """The fields that a program may set, those of nested blocks among them, by path."""
        return {path: entry for path, entry in schema(self.token).items() if entry.is_input}

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """Defaults of the inputs."""
        return {
            path: entry.default
            for path, entry in self.inputs.items()
            if entry.default is not None and "." not in path
        }

    def with_defaults(self, inputs: Inputs) -> dict[str, Any]:
        return {**self.defaults, **inputs}
