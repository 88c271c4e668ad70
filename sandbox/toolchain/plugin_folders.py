"""Pulumi's plugins, put where the CLI looks: downloaded, found or built official ones, else the stand-ins."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from sandbox.toolchain.pulumi_plugins import Plugin, is_available, is_stand_in, on_path, plugins, users_home
from sandbox.toolchain.tool import RECORD_FILE
from toolkit.pulumi_cli import Pulumi, PulumiError

Build = Callable[[str], Path]
"""Gives the folder of a tool of the toolchain, once it is built."""


def refuse_build(tool: str) -> Path:
    """Fails: for callers whose plugins need no build."""
    raise AssertionError(f"nobody builds {tool} here")


def to_build(
    home: Path,
    requested: Iterable[Plugin],
    *,
    users: Path | None = None,
    is_offered: Callable[[Plugin], bool] = is_available,
) -> list[str]:
    """The tools for those plugins that `fill_home` could get in no other way."""
    return [
        plugin.tool
        for plugin in requested
        if plugin.tool
        and not on_path(plugin)
        and not any(
            _is_official(folder / "plugins" / plugin.folder, plugin)
            for folder in (home, users or users_home())
        )
        and not is_offered(plugin)
    ]


def fill_home(
    home: Path,
    pulumi: Pulumi,
    requested: Iterable[Plugin],
    build: Build = refuse_build,
    *,
    users: Path | None = None,
    is_offered: Callable[[Plugin], bool] = is_available,
) -> list[str]:
    """Makes the plugins available in the PULUMI_HOME `home`; the names of those that are stand-ins."""
    stand_ins = []
    for plugin in requested:
        folder = home / "plugins" / plugin.folder
        if on_path(plugin) or _is_bundled(plugin, pulumi):
            _remove_link(folder, plugin)
        elif not (
            _is_official(folder, plugin)
            or _take_over(folder, plugin, users or users_home())
            or (plugin.kind == "resource" and is_offered(plugin) and _install(folder, plugin, pulumi))
        ):
            _link(folder, [_program(plugin, build)])
            stand_ins += [] if plugin.tool else [plugin.program]
    _forget_what_is_gone(home / "plugins")
    return stand_ins


def fill_path(
    folder: Path,
    pulumi: Pulumi,
    build: Build,
    *,
    preview: bool = False,
    is_offered: Callable[[Plugin], bool] = is_available,
) -> list[str]:
    """Puts into `folder` what the user's own Pulumi neither has nor can download; the stand-ins among it.

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
    _link(folder, [_program(plugin, build) for plugin in missing])
    return [plugin.program for plugin in missing if not plugin.tool]


def _program(plugin: Plugin, build: Build) -> Path:
    return build(plugin.tool) / "bin" / plugin.program if plugin.tool else plugin.stand_in


def _is_bundled(plugin: Plugin, pulumi: Pulumi) -> bool:
    """Tells whether the CLI was delivered with it: official releases carry the language hosts."""
    beside = pulumi.program.resolve().with_name(plugin.program)
    return plugin.kind == "language" and beside.is_file() and not is_stand_in(beside)


def _is_official(folder: Path, plugin: Plugin) -> bool:
    program = folder / plugin.program
    is_built = (program.resolve().parent.parent / RECORD_FILE).is_file()
    return (
        program.is_file()
        and not is_stand_in(program)
        and not is_built  # else a download would never take its place
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
    _remove_link(folder, plugin)
    try:
        server = ("--server", plugin.server) if plugin.server else ()
        pulumi.run("plugin", "install", plugin.kind, plugin.name, f"v{plugin.version}", *server)
    except PulumiError:
        return False
    return True


def _forget_what_is_gone(plugins: Path) -> None:
    """An earlier checkout's stand-ins of other versions: the CLI would try to start them."""
    for folder in plugins.iterdir() if plugins.is_dir() else ():
        if folder.is_dir() and any(not file.exists() for file in folder.iterdir()):
            shutil.rmtree(folder)


def _remove_link(folder: Path, plugin: Plugin) -> None:
    if (folder / plugin.program).is_symlink():
        shutil.rmtree(folder)


def _link(folder: Path, files: Iterable[Path]) -> None:
    """A folder of links to these files, whole or not there."""
    temporary = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    for file in files:
        (temporary / file.name).symlink_to(file)
    shutil.rmtree(folder, ignore_errors=True)
    temporary.replace(folder)
