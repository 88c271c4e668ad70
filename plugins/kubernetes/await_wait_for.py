"""The annotation `pulumi.com/waitFor`: conditions of the user's own, instead of those a kind has.

`condition=Type[=Status]`, `jsonpath={.path}[=value]`, or a JSON list of such, all of which must hold. See
https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/#pulumicomwaitfor
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from plugins.kubernetes.await_readiness import Object, Readiness, at, is_observed
from plugins.kubernetes.errors import PluginError

WAIT_FOR = "pulumi.com/waitFor"
Check = Callable[[Object], Readiness]


def parse(annotation: str) -> Check:
    """What the annotation waits for. Raises PluginError with what is wrong about it."""
    try:
        expressions = json.loads(annotation)
    except ValueError:
        expressions = None
    if not (isinstance(expressions, list) and all(isinstance(each, str) for each in expressions)):
        expressions = [annotation]
    if not expressions:
        raise PluginError(f"annotation {WAIT_FOR} must have at least one condition, not an empty list")
    checks = [_parse_one(expression) for expression in expressions]

    def all_hold(obj: Object) -> Readiness:
        seen = [check(obj) for check in checks]
        missing = [each for each in seen if not each.ready]
        if not missing:
            return seen[-1]
        step = f"[{len(seen) - len(missing) + 1}/{len(seen)}] " if len(seen) > 1 else ""
        problems = tuple(each.message for each in missing)
        failed = any(each.failed for each in missing)
        return Readiness(False, step + missing[0].message, problems, failed)

    return all_hold


def _parse_one(expression: str) -> Check:
    if expression.startswith("condition="):
        return _condition(expression)
    if expression.startswith("jsonpath="):
        return _json_path(expression)
    raise PluginError(
        f'annotation {WAIT_FOR}: expected a "jsonpath=" or "condition=" prefix, got "{expression}"'
    )


def _condition(expression: str) -> Check:
    """As `kubectl wait --for=condition=`: True unless another status is named; case does not matter."""
    wanted, _, status = expression.removeprefix("condition=").partition("=")
    status = status or "True"
    if not wanted:
        raise PluginError(f'annotation {WAIT_FOR}: "{expression}" names no condition; write condition=Ready')

    def check(obj: Object) -> Readiness:
        message = f"Waiting for condition {wanted}={status}"
        for condition in at(obj, "status", "conditions", default=[]):
            if str(condition.get("type")).lower() != wanted.lower():
                continue
            observed = condition.get("observedGeneration", at(obj, "status", "observedGeneration"))
            if observed is not None and observed < at(obj, "metadata", "generation", default=0):
                return Readiness(False, f"{message} (the controller has not seen the last change yet)")
            seen = str(condition.get("status"))
            if seen.lower() == status.lower():
                return Readiness(True, f"Found condition {wanted}={status}")
            because = ": ".join(filter(None, [condition.get("reason"), condition.get("message")]))
            return Readiness(False, f"{message} (it is {seen}{', ' + because if because else ''})")
        return Readiness(False, f"{message} (no such condition yet)")

    return check


def _json_path(expression: str) -> Check:
    """RFC 9535 within braces, as the official provider reads it: the first value the path selects counts;
    with no value to compare with, it is enough that the path selects something."""
    path, wanted = _split(expression)
    inner = re.search(r"\{\s*(.*?)\s*\}", path)
    if path.startswith("'") and path.endswith("'"):
        raise PluginError(f"annotation {WAIT_FOR}: {path} should omit shell quotes")
    if inner is None:
        raise PluginError(
            f"annotation {WAIT_FOR}: {path} should be wrapped in braces: jsonpath={{.status.phase}}"
        )
    # Imported late: it costs 0.1 s that few runs need.
    import jsonpath_rfc9535 as jsonpath  # noqa: PLC0415

    text = inner[1] if inner[1].startswith("$") else "$" + inner[1]
    try:
        query = jsonpath.compile(text)
    except jsonpath.JSONPathError as error:
        raise PluginError(f"annotation {WAIT_FOR}: {path} is no JSONPath (RFC 9535): {error}") from None

    def check(obj: Object) -> Readiness:
        target = path + (f"={wanted}" if wanted else "")
        if not is_observed(obj):
            return Readiness(False, f"Waiting for {target} (the controller has not seen the last change yet)")
        found = query.find_one(obj)
        if found is None:
            return Readiness(False, f"Waiting for {target} (it selects nothing yet)")
        if not wanted:
            return Readiness(True, f"Found {target}")
        if isinstance(found.value, dict | list):
            problem = (
                f"annotation {WAIT_FOR}: {path} selects an object or a list, which cannot equal {wanted!r}"
            )
            return Readiness(False, problem, (problem,), failed=True)
        seen = _text(found.value)
        return Readiness(seen == wanted, f"Waiting for {target} (found {seen!r})")

    return check


def _split(expression: str) -> tuple[str, str]:
    """`jsonpath=PATH[=VALUE]`; a == inside belongs to a filter."""
    parts = re.split(r"(?<!=)=(?!=)", expression.removeprefix("jsonpath="))
    if not parts[0]:
        raise PluginError(f"annotation {WAIT_FOR}: jsonpath= names no path; write jsonpath={{.status.phase}}")
    if len(parts) > 2:
        raise PluginError(
            f'annotation {WAIT_FOR}: "{expression}" should be jsonpath={{.path}} or jsonpath={{.path}}=value'
        )
    if len(parts) == 2 and not parts[1]:
        raise PluginError(f'annotation {WAIT_FOR}: "{expression}" requires a value after "="')
    return parts[0], parts[1] if len(parts) == 2 else ""


def _text(value: Any) -> str:
    """As the official provider prints a value before it compares."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
