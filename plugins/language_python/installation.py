"""Installs a program's packages: a virtual environment where one is configured, then its requirements.txt."""

import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from plugins.language_python.children import Children
from plugins.language_python.streams import Stream, output_of
from plugins.language_python.toolchain import Toolchain, ToolchainError, system_python


def project_name(folder: Path) -> str | None:
    """The name of the buildable Python package in this folder, None when there is none."""
    path = folder / "pyproject.toml"
    if not path.is_file():
        return None
    with path.open("rb") as file:
        about: dict[str, Any] = tomllib.load(file)
    name = about.get("project", {}).get("name")
    return name if name and about.get("build-system", {}).get("build-backend") else None


def install(
    toolchain: Toolchain, children: Children, *, is_plugin: bool = False
) -> Iterator[tuple[Stream, bytes]]:
    """Does it, and gives what the user should see. Raises ToolchainError when a step fails."""

    def run(task: str, command: Sequence[str]) -> Iterator[tuple[Stream, bytes]]:
        process = children.start(
            command,
            env=toolchain.environment(),
            cwd=str(toolchain.program),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        yield from output_of(process)
        code = children.wait(process)
        if code != 0:
            raise ToolchainError(
                f"{task} failed: `{' '.join(command)}` ended with {code}; its output is above"
            )

    def say(words: str) -> tuple[Stream, bytes]:
        return Stream.STDOUT, f"{words}\n".encode()

    if toolchain.virtualenv is not None and not toolchain.is_ready:
        yield say(f"Creating virtual environment {toolchain.virtualenv}...")
        yield from run(
            "creating the virtual environment", [system_python(), "-m", "venv", str(toolchain.virtualenv)]
        )
    pip = [toolchain.python, "-m", "pip", "install"]
    yield say("Updating pip, setuptools, and wheel...")
    yield from run("updating pip", [*pip, "--upgrade", "pip", "setuptools", "wheel"])
    if is_plugin and project_name(toolchain.program):
        yield say("Installing the package itself...")
        yield from run("installing the package", [*pip, str(toolchain.program)])
    if (toolchain.program / "requirements.txt").is_file():
        yield say("Installing dependencies...")
        yield from run("installing the dependencies", [*pip, "-r", "requirements.txt"])
    yield say("Finished installing dependencies")
