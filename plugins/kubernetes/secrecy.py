"""Which outputs are secret: those whose inputs were, and everything a Secret holds.

As the official provider does it: map by map, so that one secret value does not hide a whole object; a list
with a secret in it is secret as a whole, since the server may reorder it.
"""

from __future__ import annotations

from typing import Any

from plugins.kubernetes.values import Properties, Secret, has_secret


def mark(outs: Properties, ins: Properties) -> Properties:
    """A copy of `outs` (plain) in which everything that is secret in `ins` is secret too."""
    marked = dict(outs)
    if marked.get("kind") == "Secret":
        for key in ("data", "stringData"):
            if key in marked:
                marked[key] = _secret(marked[key])
    for key, value in ins.items():
        if key not in marked or isinstance(marked[key], Secret):
            continue
        out = marked[key]
        if isinstance(out, dict) and isinstance(value, dict):
            marked[key] = mark(out, value)
        elif has_secret(value):
            marked[key] = _secret(out)
    return marked


def _secret(value: Any) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)
