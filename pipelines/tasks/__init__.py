"""Tasks: a folder each, with task.yaml and the scripts of its steps. Plain dicts, without Pulumi."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

USER = 1000
"""The user of every step: git-user in alpine/git, user in moby/buildkit. A build reads what a clone wrote."""


@dataclass(frozen=True)
class Task:
    """A Task as its folder has it."""

    folder: Path
    manifest: Object
    """The content of task.yaml. A text `${name}` in it is a value that a stack decides."""

    @property
    def name(self) -> str:
        return str(self.manifest["metadata"]["name"])

    def spec(self, **values: Any) -> Object:
        """TaskSpec (tekton.dev/v1) with `values` by their names in task.yaml; KeyError where one is missing.

        `script` names files of the folder in task.yaml, so that a shell and shellcheck can judge them, and is
        their text here. Tekton would replace $(params.x) in it: no script may hold one, as values reach it by
        environment alone.
        """
        spec: Object = _filled(self.manifest["spec"], values)
        for container in (*spec["steps"], *spec.get("sidecars", ())):
            files = [self.folder / file for file in container["script"].split()]
            container["script"] = "".join(file.read_text(encoding="utf-8") for file in files)
            # Tekton stores an empty value as none, so none is written.
            container["env"] = [
                {key: text for key, text in variable.items() if text != ""} for variable in container["env"]
            ]
        return spec

    def pipeline_task(self, name: str, params: Mapping[str, str], workspaces: Mapping[str, str]) -> Object:
        """Entry `name` of a Pipeline, that runs this Task; `workspaces` are the Pipeline's, by the Task's.

        ValueError: task.yaml does not have a name, or needs one that is missing.
        """
        self._check("params", params)
        self._check("workspaces", workspaces)
        return {
            "name": name,
            "taskRef": {"kind": "Task", "name": self.name},
            "params": [{"name": param, "value": value} for param, value in params.items()],
            "workspaces": [{"name": own, "workspace": outer} for own, outer in workspaces.items()],
        }

    def result(self, pipeline_task: str, name: str) -> str:
        """Reference to a result of that entry of a Pipeline; ValueError: task.yaml has no such result."""
        for result in self.manifest["spec"].get("results", ()):
            if result["name"] == name:
                items = "[*]" if result.get("type") == "array" else ""
                return f"$(tasks.{pipeline_task}.results.{name}{items})"
        raise ValueError(f"the Task {self.name} has no result {name}")

    def _check(self, kind: str, names: Mapping[str, str]) -> None:
        entries = self.manifest["spec"].get(kind, ())
        needed = {entry["name"] for entry in entries if "default" not in entry and not entry.get("optional")}
        if missing := needed - set(names):
            raise ValueError(f"the Task {self.name} needs the {kind} {', '.join(sorted(missing))}")
        if unknown := set(names) - {entry["name"] for entry in entries}:
            raise ValueError(f"the Task {self.name} has no {kind} {', '.join(sorted(unknown))}")


def load(folder: str) -> Task:
    """Reads the Task of a folder beside this file."""
    path = Path(__file__).parent / folder
    return Task(path, yaml.safe_load((path / "task.yaml").read_text(encoding="utf-8")))


def _filled(node: Any, values: Mapping[str, Any]) -> Any:
    """A copy of the node, with values in place of their names."""
    match node:
        case dict():
            return {key: _filled(child, values) for key, child in node.items()}
        case list():
            return [_filled(child, values) for child in node]
        case str() if node.startswith("${"):
            return values[node[2:-1]]
    return node


BUILD_IMAGE = load("build_image")
COMMIT_STATUS = load("commit_status")
DOCKER_SOCKET = load("docker_socket")
GIT_CLONE = load("git_clone")
