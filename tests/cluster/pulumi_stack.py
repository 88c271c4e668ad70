"""A program run by the real Pulumi CLI with the sandbox's plugins, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from sandbox.toolchain.pulumi_plugins import users_home
from tests.cluster.api_server import binary
from tests.cluster.processes import pulumi

CHECKOUT = Path(__file__).parents[2]
SECONDS = 180
Properties = dict[str, Any]
PROJECT = """
name: components
runtime: python
backend: {{url: "file://{state}"}}
config:
  pulumi:disable-default-providers: {{value: ["*"]}}
"""
HEAD = """
import pulumi
import pulumi_kubernetes as kubernetes

provider = kubernetes.Provider("cluster", kubeconfig=open("kubeconfig").read())

def options(**more_options):
    return pulumi.ResourceOptions(provider=provider, **more_options)
"""


def plugins() -> Path:
    """Plugin folder of the sandbox whose tools are used; without one, the user's."""
    programs = os.environ.get("TEKTON_BUILDS_BIN")
    home = Path(programs).parent / "pulumi" if programs else users_home()
    folder = home / "plugins"
    provider = "pulumi-resource-kubernetes"
    if not shutil.which(provider) and not list(folder.glob(f"resource-kubernetes-v*/{provider}")):
        raise RuntimeError(f"{folder} has no Kubernetes provider; `make test` gets it first")
    return folder


class Stack:
    """`program` is Python; `provider` and `options(...)` are there for it."""

    def __init__(self, folder: Path, kubeconfig: str, program: str, name: str = "test") -> None:
        self.folder = folder
        self._name = name
        state, home = folder / "state", folder / "home"
        self.temporary = folder / "tmp"
        for subfolder in (state, home, self.temporary):
            subfolder.mkdir(parents=True)
        (home / "plugins").symlink_to(plugins())
        (folder / "Pulumi.yaml").write_text(PROJECT.format(state=state))
        (folder / "kubeconfig").write_text(kubeconfig)
        self.write(program)
        path = [Path(sys.executable).parent, binary("pulumi").parent, os.environ["PATH"]]
        self.environment = {
            "PATH": os.pathsep.join(str(entry) for entry in path),
            "HOME": str(home),
            "PULUMI_HOME": str(home),
            "TMPDIR": str(self.temporary),
            "PULUMI_CONFIG_PASSPHRASE": "of this test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        self._run("stack", "init", name)

    def write(self, program: str) -> None:
        (self.folder / "__main__.py").write_text(HEAD + program)

    def _run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return pulumi(
            *arguments, folder=self.folder, environment=self.environment, seconds=SECONDS, stdin=stdin
        )

    def succeed(self, *arguments: str, stdin: str = "") -> str:
        result = self._run(*arguments, stdin=stdin)
        assert result.returncode == 0, f"pulumi {' '.join(arguments)} failed:\n{result.stdout}{result.stderr}"
        return result.stdout

    def fail(self, *arguments: str) -> str:
        result = self._run(*arguments)
        assert result.returncode != 0, f"pulumi {' '.join(arguments)} should have failed:\n{result.stdout}"
        return result.stdout + result.stderr

    def up(self) -> str:
        return self.succeed("up", "--yes", "--skip-preview")

    def take_over(self, state: Properties) -> None:
        """Becomes the stack of `pulumi stack export --show-secrets`; its secrets are encrypted anew."""
        settings = yaml.safe_load((self.folder / f"Pulumi.{self._name}.yaml").read_text())
        state["deployment"]["secrets_providers"]["state"]["salt"] = settings["encryptionsalt"]
        self.succeed("stack", "import", stdin=json.dumps(state))

    @property
    def state(self) -> list[Properties]:
        """The resources in the state; secrets are ciphertext. From the backend's file: the CLI takes seconds
        to say the same.
        """
        file = self.folder / "state" / ".pulumi" / "stacks" / "components" / f"{self._name}.json"
        return list(json.loads(file.read_text())["checkpoint"]["latest"]["resources"])

    def resource(self, name: str) -> Properties:
        return next(resource for resource in self.state if resource["urn"].endswith(f"::{name}"))

    @property
    def outputs(self) -> Properties:
        return dict(
            next(resource for resource in self.state if resource["type"] == "pulumi:pulumi:Stack")["outputs"]
        )
