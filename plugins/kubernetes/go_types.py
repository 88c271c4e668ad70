"""What Kubernetes' own types make of an object, as far as it shows: the official provider passes built-in
kinds through them before it compares, and the server does before it stores.

They leave out empty lists, empty maps of text and an environment variable's empty value, and write a quantity
in one way. An empty object is another thing, as in `emptyDir: {}`.
"""

from __future__ import annotations

from typing import Any

from kubernetes.utils.quantity import parse_quantity

MAPS = {"annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "parameters"}
QUANTITIES = {"capacity", "limits", "requests"}


def round_trip(value: Any, key: str = "") -> Any:
    """A copy of an object, or of a part of it that stands under `key`."""
    if isinstance(value, dict):
        if key in QUANTITIES:
            return {name: _quantity(amount) for name, amount in value.items()}
        return {name: round_trip(item, name) for name, item in value.items() if not _left_out(name, item)}
    if isinstance(value, list):
        return [round_trip(item) for item in value]
    return value


def _left_out(key: str, value: Any) -> bool:
    return value == [] or (value == {} and key in MAPS | QUANTITIES) or (value == "" and key == "value")


def _quantity(amount: Any) -> Any:
    """1000m and 1 are one amount, as is 1024Mi and 1Gi. What is none stays for the server to refuse."""
    try:
        return str(parse_quantity(amount).normalize())
    except (ValueError, TypeError):
        return amount
