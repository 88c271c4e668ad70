"""Pulumi's plugins: which the program needs, and where they may come from."""

import functools
import importlib.metadata
import importlib.util
import json
import os
import shutil
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import requests

from sandbox.toolchain.tool import ARCHITECTURE
from sandbox.toolchain.versions import PULUMI
from toolkit.http import world_session
from toolkit.paths import CHECKOUT
from toolkit.pulumi_cli import PulumiError

STAND_INS = CHECKOUT / "plugins" / "bin"
OFFICIAL = "https://get.pulumi.com/releases/plugins"
TENCENTCLOUD = "https://github.com/tencentcloudstack/pulumi-tencentcloud"
ANSWERS_WITHIN = 3.0  # seconds; a host that is slower than this is as good as none


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A plugin in the version that the program's packages ask for."""

    kind: str
    name: str
    version: str
    releases: str = OFFICIAL
    """URL of the folder with its archives."""
    server: str = ""
    """Server for `pulumi plugin install`; empty for Pulumi's own plugins."""
    tool: str = ""
    """Name of the tool that builds it from the official sources; empty: a stand-in takes its place."""
    models_a_cloud: bool = False
    """Whether its stand-in only pretends that there is what it makes."""

    @property
    def program(self) -> str:
        """The name of its executable."""
        return f"pulumi-{self.kind}-{self.name}"

    @property
    def folder(self) -> str:
        """The name of its folder below PULUMI_HOME/plugins."""
        return f"{self.kind}-{self.name}-v{self.version}"

    @property
    def stand_in(self) -> Path:
        """The checkout's own."""
        return STAND_INS / self.program


def _package_version(package: str) -> str:
    """The plugin's version as the installed package names it, so that requirements.txt is the only pin."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PulumiError(f"the Python package {package} is not installed; run `make venv`")
    about = json.loads(Path(spec.submodule_search_locations[0], "pulumi-plugin.json").read_text())
    return str(about["version"])


def _tencentcloud() -> Plugin:
    """Its package names no version for the plugin: it is the package's own."""
    version = importlib.metadata.version("tencentcloud-iac-pulumi")
    return Plugin(
        kind="resource",
        name="tencentcloud",
        version=version,
        releases=f"{TENCENTCLOUD}/releases/download/v{version}",
        server="github://api.github.com/tencentcloudstack",
        models_a_cloud=True,
    )


def plugins() -> list[Plugin]:
    """Plugins that the program needs."""
    return [
        _tencentcloud(),
        Plugin(kind="language", name="python", version=PULUMI),
        Plugin(
            kind="resource",
            name="kubernetes",
            version=_package_version("pulumi_kubernetes"),
            tool="pulumi-kubernetes",
        ),
        Plugin(kind="resource", name="random", version=_package_version("pulumi_random")),
    ]


def is_stand_in(path: Path) -> bool:
    return path.resolve().is_relative_to(STAND_INS)


def on_path(plugin: Plugin) -> bool:
    """Tells whether PATH has the plugin and it is no stand-in: the engine prefers it to all others."""
    program = shutil.which(plugin.program)
    return program is not None and not is_stand_in(Path(program))


def users_home() -> Path:
    """The user's own PULUMI_HOME."""
    return Path(os.environ.get("PULUMI_HOME") or "~/.pulumi").expanduser()


@functools.cache  # a host that does not answer is waited for once
def is_available(plugin: Plugin) -> bool:
    """Tells whether the plugin's official host answers at once that it has it."""
    file = f"{plugin.program}-v{plugin.version}-linux-{ARCHITECTURE}.tar.gz"
    try:
        with world_session() as session:
            answer = session.head(f"{plugin.releases}/{file}", timeout=ANSWERS_WITHIN, allow_redirects=True)
    except requests.RequestException:
        return False
    return answer.status_code == HTTPStatus.OK
