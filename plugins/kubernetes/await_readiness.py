"""What is said of an object that is waited for, and the small questions all kinds ask of an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True)
class Readiness:
    """The judgement of one look at an object.

    `message` is one line for the status column: what is waited for now. `problems` are what went wrong so
    far; they may pass, unless `failed`: then it will never be ready.
    """

    ready: bool
    message: str
    problems: tuple[str, ...] = ()
    failed: bool = False


def at(obj: Any, *path: str, default: Any = None) -> Any:
    """The value under the keys, or `default` where any of them is missing or null."""
    for key in path:
        if not isinstance(obj, Mapping):
            return default
        obj = obj.get(key)
    return default if obj is None else obj


def condition_of(obj: Object, kind: str) -> Object | None:
    """The entry of status.conditions with this type."""
    for condition in at(obj, "status", "conditions", default=[]):
        if condition.get("type") == kind:
            return dict(condition)
    return None


def is_true(condition: Object | None) -> bool:
    return bool(condition) and (condition or {}).get("status") == "True"


def reason_of(condition: Object) -> str:
    """`[Reason] message`, of what is there."""
    reason, message = condition.get("reason"), condition.get("message")
    return " ".join(filter(None, [f"[{reason}]" if reason else "", message]))


def is_observed(obj: Object) -> bool:
    """Whether the status speaks of the present spec. True for kinds that do not count generations."""
    generation, observed = at(obj, "metadata", "generation"), at(obj, "status", "observedGeneration")
    return generation is None or observed is None or observed >= generation


def name_of(obj: Object) -> str:
    """namespace/name, or name where there is no namespace."""
    namespace, name = at(obj, "metadata", "namespace"), at(obj, "metadata", "name", default="")
    return f"{namespace}/{name}" if namespace else str(name)
