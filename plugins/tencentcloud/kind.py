"""What the provider knows of one resource type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plugins.tencentcloud.account import Account

Inputs = Mapping[str, Any]
Outputs = dict[str, Any]
Failure = tuple[str, str]


def names(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def _keep(_account: Account, _id: str, _old: Inputs, _new: Inputs) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One resource type. Inputs and outputs are plain; `create` gives the id; errors are Refused.

    `replacing`: inputs that the provider marks ForceNew. `read` gives the computed outputs of what is there.
    `named`: an input that gets the resource's name and a suffix when it is left out.
    """

    inputs: frozenset[str]
    create: Callable[[Account, Inputs], str]
    delete: Callable[[Account, str, Inputs], None]
    read: Callable[[Account, str, Inputs], Outputs] = lambda _account, _id, _inputs: {}
    update: Callable[[Account, str, Inputs, Inputs], None] = _keep
    check: Callable[[Inputs], list[Failure]] = lambda _inputs: []
    required: tuple[str, ...] = ()
    replacing: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    named: str = ""

    def with_defaults(self, inputs: Inputs) -> dict[str, Any]:
        return {**self.defaults, **inputs}
