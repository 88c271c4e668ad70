"""Tekton objects as plain dicts: pure functions without Pulumi, tested without mocks or a cluster."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

Object = dict[str, Any]

USER = 1000
"""The user of every step: git-user in alpine/git, user in moby/buildkit. A build reads what a clone wrote."""

UNPRIVILEGED = {
    "runAsNonRoot": True,
    "runAsUser": USER,
    "runAsGroup": USER,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}
RESTRICTED = {**UNPRIVILEGED, "seccompProfile": {"type": "RuntimeDefault"}}
"""The securityContext of a step that needs nothing: within Pod Security `restricted`."""


def script(name: str) -> str:
    """The text of a step's script, which is a file of its own, so that a shell and shellcheck can judge it.

    Tekton would replace $(params.x) in it: no script may hold one, as values reach it by environment alone.
    """
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def environment(**values: str) -> list[Object]:
    """Environment variables of a step, in order. Tekton stores an empty value as none, so none is written."""
    return [{"name": name, **({"value": value} if value else {})} for name, value in values.items()]


def workspace_environment(*names: str) -> dict[str, str]:
    """WORKSPACE_NAME_BOUND and WORKSPACE_NAME_PATH for each workspace, as in the catalog's Tasks."""
    variables = {}
    for name in names:
        variable = f"WORKSPACE_{name.upper().replace('-', '_')}"
        variables[f"{variable}_BOUND"] = f"$(workspaces.{name}.bound)"
        variables[f"{variable}_PATH"] = f"$(workspaces.{name}.path)"
    return variables


def params(texts: Mapping[str, tuple[str | None, str]]) -> list[Object]:
    """A Task's parameters, all strings: default (None: required) and description, by name."""
    return [
        {
            "name": name,
            "type": "string",
            "description": text,
            **({} if default is None else {"default": default}),
        }
        for name, (default, text) in texts.items()
    ]


def workspaces(texts: Mapping[str, tuple[bool, str]]) -> list[Object]:
    """A Task's workspaces: whether it is optional, and description, by name."""
    return [
        {"name": name, "description": text, **({"optional": True} if optional else {})}
        for name, (optional, text) in texts.items()
    ]


def results(texts: Mapping[str, str]) -> list[Object]:
    """A Task's results: description by name."""
    return [{"name": name, "description": text} for name, text in texts.items()]
