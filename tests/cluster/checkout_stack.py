"""The checkout's own program, run by the real CLI as a new stack in a backend of its own."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.processes import pulumi
from tests.cluster.pulumi_stack import plugins
from tests.support import program

SECONDS = 240
FOREIGN = ("TENCENTCLOUD_", "KUBECONFIG", "PULUMI_")
Plan = Counter[tuple[str, str]]


class CheckoutStack:
    """No cluster, account or login of this machine's is in its environment. `folder` must not exist.

    `environment` is added to the process's own.
    """

    def __init__(
        self, folder: Path, name: str, config: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> None:
        self._name, self.folder = name, folder
        home = folder / "home"
        for subfolder in (home, folder / "state", folder / "tmp"):
            subfolder.mkdir(parents=True)
        (home / "plugins").symlink_to(plugins())
        (home / "logs").touch()  # a file where the CLI wants a folder: no log
        self._settings = folder / f"Pulumi.{name}.yaml"
        self._settings.write_text(
            yaml.safe_dump({"config": {f"tekton-builds:{key}": config[key] for key in config}})
        )
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)},
            "PULUMI_HOME": str(home),
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "of this test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_OPTION_CONFIG_FILE": str(self._settings),
            "TMPDIR": str(folder / "tmp"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            **(environment or {}),
        }
        # In a folder of its own: `stack init` writes into the project's stack file otherwise.
        (folder / "Pulumi.yaml").write_text("name: tekton-builds\nruntime: python\n")
        self._run("stack", "init", name, "--no-select", project=folder)

    def _run(
        self, *arguments: str, project: Path = program.ROOT, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return pulumi(*arguments, folder=project, environment=self._environment, seconds=SECONDS, stdin=stdin)

    def succeed(self, verb: str, *arguments: str, stdin: str = "") -> str:
        """Runs a command that must succeed; returns its output."""
        result = self._run(*verb.split(), *arguments, "--stack", self._name, stdin=stdin)
        assert result.returncode == 0, f"pulumi {verb}: {result.stdout[-4000:]}{result.stderr[-2000:]}"
        return result.stdout

    def fail(self, verb: str, *arguments: str) -> str:
        """Runs a command that must fail; returns the output of both streams."""
        result = self._run(*verb.split(), *arguments, "--stack", self._name)
        assert result.returncode != 0, f"pulumi {verb} should have failed: {result.stdout[-4000:]}"
        return result.stdout + result.stderr

    @property
    def salt(self) -> str:
        """Salt of the encryption of secrets; exists as soon as the stack does."""
        return str(yaml.safe_load(self._settings.read_text())["encryptionsalt"])

    def secret(self, key: str, value: str) -> None:
        """`pulumi config set --secret`."""
        result = self._run(
            *("config", "set", "--secret", "--stack", self._name, f"tekton-builds:{key}"),
            project=self.folder,
            stdin=value,
        )
        assert result.returncode == 0, result.stderr

    def steps(self, *options: str) -> list[dict[str, Any]]:
        """The steps of a preview under the policies."""
        policy = str(program.ROOT / "policy")
        output = self.succeed("preview", "--json", "--policy-pack", policy, *options)
        return list(json.loads(output)["steps"])

    def planned(self) -> Plan:
        """Type and name of what a new stack's preview creates; anything else in the plan is an error."""
        steps = self.steps()
        assert {step["op"] for step in steps} == {"create"}, "a new stack has nothing else"
        return Counter(type_and_name(step["urn"]) for step in steps)

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources of the state."""
        deployment = json.loads(self.succeed("stack export"))["deployment"]
        return list(deployment.get("resources") or ())


def type_and_name(urn: str) -> tuple[str, str]:
    """The resource's own type, without its parents', and its logical name."""
    _, _, kind, *name = urn.split("::")
    return kind.rpartition("$")[2], "::".join(name)
