"""Whose shells the pages are typed in: a home of their own on a machine with a sandbox of its own."""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path

from sandbox.network import Network
from toolkit.paths import cache_folder

# What a person's shell does not have: variables of this run, of its CI, and of whoever started it.
DROPPED = (
    "MAKE",
    "MFLAGS",
    "PYTEST",
    "PULUMI",
    "TENCENTCLOUD",
    "AWS_",
    "GITHUB",
    "GH_",
    "SANDBOX",
    "KUBE",
    "TEKTON",
)
NAMES = {
    "CI",
    "STACK",
    "ONLY",
    "REPO",
    "TO",
    "USE",
    "REMOVE",
    "LOCK",
    "QUICK",
    "UPGRADE",
    "VIRTUAL_ENV",
    "DOCKER_CONFIG",
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`folder` has the homes. `sandbox`: the state of the sandbox that is up, or will be."""

    folder: Path
    sandbox: Path
    network: Network

    def home(self, name: str) -> Path:
        """A person's, who is logged in to the sandbox's registry as `docker login` would have written it."""
        folder = self.folder / f"home-{name}"
        file = folder / ".docker" / "config.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        credentials = self.sandbox / "credentials.json"
        if credentials.is_file():
            account = json.loads(credentials.read_text())["registry"]
            text = base64.b64encode(f"{account['username']}:{account['password']}".encode()).decode()
            file.write_text(json.dumps({"auths": {self.network.registry: {"auth": text}}}))
        return folder

    def shell(self, clone: Path, home: str) -> dict[str, str]:
        """The variables of a shell on this machine, whose sandbox is another one than the checkout's."""
        variables = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(DROPPED) and name not in NAMES
        }
        beside = [clone / ".sandbox" / name for name in ("plugins", "bin")]
        return {
            **variables,
            **self.network.without_proxy({"NO_PROXY": "localhost,127.0.0.1"}),
            "HOME": str(self.home(home)),
            "PULUMI_HOME": str(self.home(home) / ".pulumi"),  # the CLI asks the password file, and not HOME
            "PATH": os.pathsep.join([*map(str, self._cli), variables["PATH"], *map(str, beside)]),
            "SANDBOX_NETWORK": self.network.range,
            "TEKTON_BUILDS_CACHE": str(cache_folder()),  # else all of the toolchain would be built anew
        }

    @property
    def _cli(self) -> list[Path]:
        """The Pulumi CLI, which the pages say is installed."""
        program = self.sandbox / "bin" / "pulumi"
        if not program.exists():
            return []
        folder = self.folder / "installed"
        folder.mkdir(exist_ok=True)
        if not (folder / "pulumi").exists():
            (folder / "pulumi").symlink_to(program.resolve())
        return [folder]
