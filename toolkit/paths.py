"""Folders of the sandbox: its state beside the checkout, and the user's cache of what was built."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs.unix import Unix

CHECKOUT = Path(__file__).resolve().parent.parent


def user_cache() -> Path:
    """The user's cache of this project, shared by every checkout: in XDG_CACHE_HOME, else in ~/.cache.

    On every system: what the documents call its place should not depend on it.
    """
    return Unix("tekton-builds").user_cache_path


def cache_folder() -> Path:
    """The cache of what the toolchain built; `TEKTON_BUILDS_CACHE` moves it."""
    setting = os.environ.get("TEKTON_BUILDS_CACHE")
    return Path(setting).expanduser() if setting else user_cache()


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The sandbox's folders. `state` holds all that one sandbox has; deleting it forgets the sandbox."""

    state: Path = CHECKOUT / ".sandbox"
    cache: Path = field(default_factory=cache_folder)

    @property
    def logs(self) -> Path:
        """Every daemon's and every step's log."""
        return self.state / "log"

    @property
    def env_file(self) -> Path:
        """The file to source for plain `pulumi` and `kubectl` commands."""
        return self.state / "env"

    @property
    def kubeconfig(self) -> Path:
        """The cluster administrator's kubeconfig, mode 0600."""
        return self.state / "kubeconfig"

    @property
    def temporary(self) -> Path:
        """TMPDIR of every `pulumi`: the Kubernetes provider leaves the administrator's kubeconfig there."""
        return self.state / "tmp"

    @property
    def pulumi_home(self) -> Path:
        """PULUMI_HOME of the sandbox stack; `~/.pulumi` is never touched."""
        return self.state / "pulumi"
