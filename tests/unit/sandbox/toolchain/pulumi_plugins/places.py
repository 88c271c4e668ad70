"""Plugins, and the places where they may lie."""

from pathlib import Path
from typing import Any

from sandbox.toolchain import plugin_folders
from sandbox.toolchain.pulumi_plugins import Plugin
from toolkit.pulumi_cli import Pulumi

RANDOM = Plugin(kind="resource", name="random", version="4.21.4")
LANGUAGE = Plugin(kind="language", name="python", version="3.276.0")
KUBERNETES = Plugin(kind="resource", name="kubernetes", version="4.25.0", tool="pulumi-kubernetes")


def put(file: Path) -> Path:
    """An official plugin's program."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("official")
    file.chmod(0o755)
    return file


def found(home: Path, plugin: Plugin) -> Path | None:
    """The program that the engine would find in this home."""
    program = home / "plugins" / plugin.folder / plugin.program
    return program.resolve() if program.exists() else None


def no(_plugin: Plugin) -> bool:
    return False


def nothing(tool: str) -> Path:
    raise AssertionError(f"{tool} is to be had, and was built")


def fill_home(home: Path, pulumi: Pulumi, wanted: list[Plugin], **options: Any) -> list[str]:
    return plugin_folders.fill_home(home, pulumi, wanted, options.pop("build", nothing), **options)
