"""Runs a Task's step as Tekton would: the script is a file, values are environment, the rest is folders."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.tasks.bounds import Bounds

SHELLS = ("sh", "busybox sh")
BOUNDS = Bounds(memory_gib=4, disk_gib=20, cpus=4)
SECONDS = 60


def play(folder: Path, name: str, script: str) -> None:
    """Puts a program of this name into the folder, for a step's PATH."""
    program = folder / name
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)


@dataclass
class Step:
    """One step of a TaskSpec, with folders of its own under `folder`."""

    task: Mapping[str, Any]
    folder: Path
    shell: str = "sh"
    path: str = "/usr/local/bin:/usr/bin:/bin"
    unbound: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for part in ("results", "work", *(f"workspaces/{one['name']}" for one in self.task["workspaces"])):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        self.unbound |= {one["name"] for one in self.task["workspaces"] if one.get("optional")}

    def workspace(self, name: str) -> Path:
        """A workspace's folder; asking for it binds it."""
        self.unbound.discard(name)
        return self.folder / "workspaces" / name

    def run(self, **params: str) -> "Outcome":
        """Runs it with these parameters. Dots in a parameter's name are not needed, so Python's names do."""
        values = {one["name"]: one["default"] for one in self.task["params"] if "default" in one}
        unknown = set(params) - {one["name"] for one in self.task["params"]}
        assert not unknown, f"the Task has no parameter {unknown}"
        values |= params
        (step,) = self.task["steps"]
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        environment = {"PATH": self.path, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
        for one in step["env"]:
            environment[one["name"]] = self._substituted(one.get("value", ""), values)
        script = self.folder / "script"
        script.write_text(step["script"], encoding="utf-8")
        done = subprocess.run(
            [*self.shell.split(), str(script)],
            cwd=self.folder / "work",
            env=environment | {"HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        results = {
            one["name"]: (self.folder / "results" / one["name"]).read_text(encoding="utf-8")
            for one in self.task.get("results", ())
            if (self.folder / "results" / one["name"]).exists()
        }
        return Outcome(done.returncode, done.stdout, done.stderr, results)

    def _substituted(self, text: str, params: Mapping[str, str]) -> str:
        """Tekton's own substitution, once and from left to right: what comes in is not looked at again."""

        def value(match: re.Match[str]) -> str:
            kind, _, rest = match.group(1).partition(".")
            if kind == "params":
                return params[rest]
            name, _, what = rest.rpartition(".")
            if kind == "results":
                return str(self.folder / "results" / name)
            bound = name not in self.unbound
            if what == "bound":
                return "true" if bound else "false"
            return str(self.folder / "workspaces" / name) if bound else ""

        return re.sub(r"\$\(([a-z]+\.[\w.-]+)\)", value, text)


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str
    results: Mapping[str, str]
