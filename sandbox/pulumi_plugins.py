"""Where Pulumi's plugins come from: the official ones where they can be had, else the stand-ins."""

import importlib.metadata
import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import requests

from sandbox.paths import CHECKOUT
from sandbox.pulumi import Pulumi, PulumiError
from sandbox.toolchain.tool import ARCHITECTURE
from sandbox.toolchain.versions import PULUMI

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
    """Where its archives are."""
    server: str = ""
    """What `pulumi plugin install` must be told of it, when it is not Pulumi's own."""
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
    """What the program needs."""
    return [
        _tencentcloud(),
        Plugin(kind="language", name="python", version=PULUMI),
        *(
            Plugin(kind="resource", name=name, version=_package_version(f"pulumi_{name}"))
            for name in ("kubernetes", "random")
        ),
    ]


def _is_ours(path: Path) -> bool:
    return path.resolve().is_relative_to(STAND_INS)


def on_path(plugin: Plugin) -> bool:
    """Whether PATH has the plugin and it is no stand-in: the engine prefers it to all others."""
    found = shutil.which(plugin.program)
    return found is not None and not _is_ours(Path(found))


def users_home() -> Path:
    """The user's own PULUMI_HOME."""
    return Path(os.environ.get("PULUMI_HOME") or "~/.pulumi").expanduser()


def offered(plugin: Plugin) -> bool:
    """Whether the plugin's official host answers at once that it has it."""
    file = f"{plugin.program}-v{plugin.version}-linux-{ARCHITECTURE}.tar.gz"
    try:
        answer = requests.head(f"{plugin.releases}/{file}", timeout=ANSWERS_WITHIN, allow_redirects=True)
    except requests.RequestException:
        return False
    return answer.status_code == requests.codes.ok


def fill_home(
    home: Path,
    pulumi: Pulumi,
    wanted: Iterable[Plugin] | None = None,
    *,
    users: Path | None = None,
    is_offered: Callable[[Plugin], bool] = offered,
) -> list[str]:
    """Makes every plugin available in the PULUMI_HOME `home`; the names of those that are stand-ins."""
    stand_ins = []
    for plugin in wanted if wanted is not None else plugins():
        folder = home / "plugins" / plugin.folder
        if on_path(plugin) or _is_bundled(plugin, pulumi):
            _remove_stand_in(folder, plugin)
        elif not (
            _is_official(folder, plugin)
            or _take_over(folder, plugin, users or users_home())
            or (plugin.kind == "resource" and is_offered(plugin) and _install(folder, plugin, pulumi))
        ):
            _link(folder, [plugin.stand_in])
            stand_ins.append(plugin.program)
    return stand_ins


def fill_path(
    folder: Path,
    pulumi: Pulumi,
    *,
    preview: bool = False,
    is_offered: Callable[[Plugin], bool] = offered,
) -> list[str]:
    """Puts into `folder` a stand-in for what the user's own Pulumi neither has nor can download.

    A model of a cloud will do for a preview alone: an `up` would believe in what it made.
    """
    shutil.rmtree(folder, ignore_errors=True)
    missing = [
        plugin
        for plugin in plugins()
        if (preview or not plugin.models_a_cloud)
        and not on_path(plugin)
        and not _is_bundled(plugin, pulumi)
        and not _is_official(users_home() / "plugins" / plugin.folder, plugin)
        and not (plugin.kind == "resource" and is_offered(plugin))
    ]
    _link(folder, [plugin.stand_in for plugin in missing])
    return [plugin.program for plugin in missing]


def _is_bundled(plugin: Plugin, pulumi: Pulumi) -> bool:
    """Whether the CLI was delivered with it: official releases carry the language hosts."""
    beside = pulumi.program.resolve().with_name(plugin.program)
    return plugin.kind == "language" and beside.is_file() and not _is_ours(beside)


def _is_official(folder: Path, plugin: Plugin) -> bool:
    program = folder / plugin.program
    return (
        program.is_file()
        and not _is_ours(program)
        and not folder.with_name(f"{folder.name}.partial").exists()
    )


def _take_over(folder: Path, plugin: Plugin, users: Path) -> bool:
    """Uses the plugin that the user's own Pulumi has downloaded, where it lies."""
    source = users / "plugins" / plugin.folder
    if not _is_official(source, plugin):
        return False
    _link(folder, sorted(source.iterdir()))
    return True


def _install(folder: Path, plugin: Plugin, pulumi: Pulumi) -> bool:
    _remove_stand_in(folder, plugin)
    try:
        server = ("--server", plugin.server) if plugin.server else ()
        pulumi.run("plugin", "install", plugin.kind, plugin.name, f"v{plugin.version}", *server)
    except PulumiError:
        return False
    return True


def _remove_stand_in(folder: Path, plugin: Plugin) -> None:
    if (folder / plugin.program).is_symlink():
        shutil.rmtree(folder)


def _link(folder: Path, files: Iterable[Path]) -> None:
    """A folder of links to these files, whole or not there."""
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for file in files:
        (new / file.name).symlink_to(file)
    shutil.rmtree(folder, ignore_errors=True)
    new.replace(folder)
