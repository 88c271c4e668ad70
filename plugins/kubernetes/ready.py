"""When a written object counts as done: the annotations that say so, else what its kind needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.kubernetes.await_ready import await_ready, unready_reasons
from plugins.kubernetes.operation import Operation
from plugins.kubernetes.shape import annotation
from plugins.kubernetes.values import Properties

if TYPE_CHECKING:
    from plugins.kubernetes.api import Api


def wait_until_ready(
    operation: Operation, api: Api, plain: Properties, live: Properties, seconds: float
) -> Properties:
    """The last live object. Raises NotReady."""
    if annotation(plain, "pulumi.com/skipAwait") == "true":
        return live
    ready = await_ready(api, live, timeout=seconds, log=operation.status)
    operation.status("")
    return ready


def what_is_missing(api: Api, plain: Properties, live: Properties) -> list[str]:
    """Why a live object is not ready now; empty when it is, or when nobody wants to know."""
    return [] if annotation(plain, "pulumi.com/skipAwait") == "true" else unready_reasons(api, live)
