"""What the provider knows of one resource type."""

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


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One resource type. Inputs and outputs are plain; `create` gives the id; errors are Refused.

    `read` gives the computed outputs of what is there; `update` gets the state's outputs and the new inputs.
    `named`: an input that gets the resource's name and a suffix when it is left out.
    `key` gives the name under which the account has the thing with an id.
    """

    token: str
    create: Callable[[Account, Inputs], str]
    delete: Callable[[Account, str, Inputs], None]
    read: Callable[[Account, str, Inputs], Outputs] = lambda _account, _id, _inputs: {}
    update: Callable[[Account, str, Inputs, Inputs], None] = _keep
    check: Callable[[Inputs], list[Failure]] = lambda _inputs: []
    computed: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    named: str = ""
    key: Callable[[str], str] = lambda identity: identity.partition("#")[2] or identity

    @cached_property
    def inputs(self) -> Mapping[str, Field]:
        """The fields that a program may set, those of nested blocks among them, by path."""
        return {path: entry for path, entry in schema(self.token).items() if entry.is_input}

    @cached_property
    def required(self) -> list[str]:
        """What a program must set."""
        return [
            path
            for path, entry in self.inputs.items()
            if entry.required and "." not in path and path != self.named
        ]

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """What an input is that is left out."""
        return {
            path: entry.default
            for path, entry in self.inputs.items()
            if entry.default is not None and "." not in path
        }

    def with_defaults(self, inputs: Inputs) -> dict[str, Any]:
        return {**self.defaults, **inputs}
