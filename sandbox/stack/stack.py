"""A Pulumi stack of the sandbox: home, backend and passphrase below the state folder, and its life."""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from sandbox.credentials import Credentials
from sandbox.network import Network
from sandbox.stack import settings_file, stack_lock
from sandbox.stack.environment import STACK, account, backend, passphrase, settings, variables
from sandbox.stack.pending_operations import list_pending, take_over
from sandbox.toolchain.plugin_folders import Build, fill_home
from sandbox.toolchain.pulumi_plugins import plugins
from toolkit import env_file
from toolkit.files import write_private
from toolkit.paths import CHECKOUT, Paths
from toolkit.pulumi_cli import DRIFT, POLICIES, Pulumi, PulumiError

MADE_FROM = "# made from "


class Stack:
    """`prepare` first; then preview, up, destroy and outputs, each with the CLI and nothing beside it."""

    def __init__(self, paths: Paths, network: Network, program: Path, name: str = STACK) -> None:
        self.name = name
        self._paths = paths
        self._network = network
        self._backend = backend(paths)
        self._passphrase = passphrase(paths)
        self._tracked = CHECKOUT / f"Pulumi.{name}.yaml"
        self._settings = settings(paths, name)
        self._deployed = paths.state / f"deployed-{name}"
        self._deployed_to = paths.state / f"deployed-to-{name}"
        self._account = account(paths)
        self._cli = Pulumi(program=program, environment=self.environment, temporary=paths.temporary)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that the env file exports beside PATH: the stack's own, and no proxy to the node."""
        return {**self.variables, **self._network.without_proxy(os.environ)}

    @property
    def variables(self) -> dict[str, str]:
        """Variables that direct Pulumi's commands and kubectl to this sandbox."""
        return variables(self._paths, self.name)

    def prepare(self, credentials: Credentials, bin_folder: Path) -> list[str]:
        """Makes what plain `pulumi` commands need, but for the provider; the stand-ins among the plugins.

        Everything is made anew or left alone, so an interrupted `prepare` is finished by the next. Raises
        PulumiError.
        """
        home = self._paths.pulumi_home
        home.mkdir(parents=True, exist_ok=True)
        self._backend.mkdir(exist_ok=True)
        self._paths.temporary.mkdir(mode=0o700, exist_ok=True)
        if not self._passphrase.exists():
            write_private(self._passphrase, secrets.token_urlsafe(32))
        stand_ins = fill_home(home, self._cli, [plugin for plugin in plugins() if not plugin.tool])
        self.configure(credentials)
        self.unlock()
        env_file.write(self._paths.env_file, self.environment, bin_folder)
        return stand_ins

    def install_provider(self, build: Build) -> None:
        """Puts the Kubernetes provider where the CLI looks, built when it is to be had in no other way."""
        fill_home(self._paths.pulumi_home, self._cli, [plugin for plugin in plugins() if plugin.tool], build)

    def configure(self, credentials: Credentials) -> None:
        """Writes the stack's settings, its secrets encrypted; only when they are not those already."""
        text = settings_file.complete(
            self._tracked.read_text(),
            network=self._network,
            kubeconfig=self._paths.kubeconfig,
            project=CHECKOUT,
            credentials=credentials,
        )
        secret_settings = settings_file.secrets_of(credentials)
        url = self.variables["PULUMI_BACKEND_URL"]  # the CLI remembers a selected stack for each
        identity = hashlib.sha256(
            json.dumps([text, secret_settings, self._passphrase.read_text(), url]).encode()
        ).hexdigest()
        header = f"{MADE_FROM}{identity[:16]}\n"
        if self._exists() and self._settings.is_file() and header in self._settings.read_text():
            return
        # In a folder of its own: `stack init` writes the encryption's salt into the project's own stack file.
        folder = self._paths.state / "stack.partial"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(f"name: {settings_file.PROJECT}\nruntime: python\n")
        file = folder / self._settings.name
        write_private(file, text + self._salt())
        # Named, because whoever has sourced the env file names another one.
        environment = {**self.environment, "PULUMI_OPTION_CONFIG_FILE": str(file)}
        cli = replace(self._cli, environment=environment, project=folder)
        if not self._exists():
            cli.run("stack", "init", self.name, "--no-select")
        for key, value in secret_settings.items():
            cli.run("config", "set", "--secret", "--stack", self.name, key, stdin=value)
        write_private(self._settings, header + file.read_text())
        shutil.rmtree(folder)
        self._cli.run("stack", "select", self.name)

    def _salt(self) -> str:
        """The settings' line on encryption so far; a stack that exists must keep it."""
        if not self._settings.is_file():
            return ""
        lines = self._settings.read_text().splitlines(keepends=True)
        return "".join(line for line in lines if line.startswith("encryptionsalt:"))

    def _exists(self) -> bool:
        return self._checkpoint.is_file()

    @property
    def _checkpoint(self) -> Path:
        return self._backend / ".pulumi" / "stacks" / settings_file.PROJECT / f"{self.name}.json"

    def unlock(self) -> None:
        """Takes away a killed `pulumi`'s lock. Raises PulumiError when its holder is alive."""
        locks = self._backend / ".pulumi" / "locks" / "organization"
        stack_lock.remove_stale_locks(locks / settings_file.PROJECT / self.name)

    @property
    def was_deployed(self) -> bool:
        """True when an `up` of this stack has succeeded."""
        return self._deployed.exists()

    def preview(self, log: Path | None = None, *, policies: Sequence[str] = POLICIES) -> int:
        """`pulumi preview` under the policies; its exit code."""
        return self._cli.show("preview", "--stack", self.name, *policies, log=log)

    def drift(self, log: Path | None = None) -> int:
        """Shows what is not as the last `up` left it, and changes nothing; 0 when all is as it was."""
        return self._cli.show(*DRIFT, "--stack", self.name, log=log)

    def up(self, log: Path | None = None, *options: str) -> int:
        """`pulumi up`; its exit code. Brings the state in line first where it cannot be trusted."""
        self._forget_another_cluster()
        self.recover()
        self._occupy()
        code = self._cli.show("up", "--stack", self.name, "--yes", "--skip-preview", *options, log=log)
        if code == 0:
            self._deployed.touch()
        return code

    def _occupy(self) -> None:
        """The stacks of a sandbox share one cluster and its names, so one of them can be there at a time."""
        occupant = in_cluster(self._paths)
        if occupant not in (None, self.name):
            raise PulumiError(
                f"the stack {occupant} is in this sandbox's cluster, and both would make the same objects: "
                f"`make destroy STACK={occupant}` first"
            )
        _occupant(self._paths).write_text(self.name)

    def _forget_another_cluster(self) -> None:
        """Empties the state when its cluster is gone: what it knows was there, and cannot be asked."""
        cluster = self._cluster()
        if self._deployed_to.exists() and self._deployed_to.read_text() != cluster:
            self._deployed.unlink(missing_ok=True)
            self._account.unlink(missing_ok=True)
            if in_cluster(self._paths) == self.name:
                _occupant(self._paths).unlink()
            empty = {"version": 3, "deployment": {"manifest": {"time": "2026-01-01T00:00:00Z"}}}
            self._cli.run("stack", "import", "--stack", self.name, "--force", stdin=json.dumps(empty))
        self._deployed_to.write_text(cluster)

    def destroy(self, log: Path | None = None) -> int:
        """`pulumi destroy`; its exit code."""
        code = self._cli.show("destroy", "--stack", self.name, "--yes", "--skip-preview", log=log)
        if code == 0:
            self._deployed.unlink(missing_ok=True)
            if in_cluster(self._paths) == self.name:
                _occupant(self._paths).unlink()
        return code

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets in the clear."""
        outputs: dict[str, Any] = self._cli.read(
            "stack", "output", "--stack", self.name, "--json", "--show-secrets"
        )
        return outputs

    def recover(self) -> None:
        """Settles what a killed `up` had begun: what it created is taken over, the rest is forgotten.

        The CLI's own `refresh` only asks a person about it; the next `up` would create once more what exists.
        """
        if not self._exists() or not list_pending(
            json.loads(self._checkpoint.read_text())["checkpoint"]["latest"]
        ):
            return
        state = self._cli.read("stack", "export", "--stack", self.name)
        urns = take_over(state["deployment"])
        self._cli.run("stack", "import", "--stack", self.name, stdin=json.dumps(state))
        if urns:  # whether it was created after all, and as what
            targets = [f"--target={target}" for target in urns]
            self._cli.run("refresh", "--stack", self.name, "--yes", "--skip-preview", *targets)

    def _cluster(self) -> str:
        """Changes when the cluster is another one: every new one has a new certificate authority."""
        kubeconfig = self._paths.kubeconfig
        if not kubeconfig.exists():
            return ""
        clusters = json.dumps(yaml.safe_load(kubeconfig.read_text())["clusters"], sort_keys=True)
        return hashlib.sha256(clusters.encode()).hexdigest()


def in_cluster(paths: Paths) -> str | None:
    """The name of the stack whose objects are, or may be, in the sandbox's cluster."""
    file = _occupant(paths)
    return file.read_text() if file.exists() else None


def _occupant(paths: Paths) -> Path:
    return paths.state / "stack-in-cluster"
