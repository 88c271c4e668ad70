"""What create, update, read and delete have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plugins.kubernetes.cluster import Cluster
from plugins.kubernetes.errors import PluginError, Unreachable
from plugins.kubernetes.shape import annotation
from plugins.kubernetes.values import Properties

if TYPE_CHECKING:
    from plugins.kubernetes.api import Api

DEFAULT_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One request of the engine: about which resource, on which cluster, and how to speak to the user."""

    urn: str
    cluster: Cluster
    status: Callable[[str], None]
    """Shown beside the resource while it is worked on; the empty text clears it."""
    warn: Callable[[str], None]

    def api(self) -> Api:
        """Raises PluginError with the sentence the official provider says when there is no cluster."""
        try:
            return self.cluster.api()
        except Unreachable as error:
            raise PluginError(f"configured Kubernetes cluster is unreachable: {error}") from None


class PartialFailure(PluginError):
    """The object exists, yet the operation failed: the engine keeps its state, and the next `up` goes on
    from it.
    """

    def __init__(
        self,
        message: str,
        *,
        identifier: str,
        state: Properties,
        inputs: Properties | None = None,
        reasons: list[str] | None = None,
    ) -> None:
        super().__init__(message)
        self.identifier = identifier
        self.state = state
        self.inputs = inputs
        self.reasons = [message, *(reasons or [])]


def timeout_of(obj: dict[str, Any], seconds: float) -> float:
    """customTimeouts, else the annotation pulumi.com/timeoutSeconds, else ten minutes."""
    if seconds > 0:
        return seconds
    text = annotation(obj, "pulumi.com/timeoutSeconds") or ""
    return float(text) if text.isdigit() and int(text) > 0 else DEFAULT_SECONDS
