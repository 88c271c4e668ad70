"""The steps of the workflows as commands: what a runner does with each of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# What the action runs, by its input `command`: its source, src/main.ts and src/config.ts of v7.
ACTIONS = {
    "preview": ("pulumi", "preview", "--non-interactive"),
    "up": ("pulumi", "up", "--yes", "--skip-preview", "--non-interactive"),
}
FLAGS = {"stack-name": "--stack {}", "policyPacks": "--policy-pack {}", "diff": "--diff"}
NO_FLAGS = {"command", "comment-on-pr"}
"""Inputs of the action that are no flags of the CLI: the comment is GitHub's."""
MADE_BY_GITHUB = {"actions/checkout", "actions/setup-python"}
"""A fresh clone, and the Python that is here."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One command of a job, and the variables that its step adds."""

    command: str
    environment: Mapping[str, str]


def runs(file: Path, values: Mapping[str, str]) -> Iterator[Run]:
    """In the order of the file, for the first stack of the matrix. Raises KeyError for what nobody knows.

    `values`: what `${{ ... }}` stands for.
    """
    workflow: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    for job in workflow["jobs"].values():
        names = {**values, "matrix.stack": job["strategy"]["matrix"]["stack"][0]}
        for step in job["steps"]:
            environment = {name: _filled(text, names) for name, text in step.get("env", {}).items()}
            name = step.get("uses", "").partition("@")[0]
            if "run" in step:
                yield Run(command=_filled(step["run"], names), environment=environment)
            elif name == "pulumi/actions":
                yield Run(command=_action(step["with"], names), environment=environment)
            elif name not in MADE_BY_GITHUB:
                raise KeyError(name)


def _action(inputs: Mapping[str, Any], values: Mapping[str, str]) -> str:
    command = [*ACTIONS[inputs["command"]]]
    for name, value in inputs.items():
        if name not in NO_FLAGS:
            command.append(FLAGS[name].format(_filled(str(value), values)))
    return " ".join(command)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{\s*([\w.]+)\s*\}\}", lambda name: values[name.group(1)], text)
