"""The commands behind the make targets. What a user can put right is one sentence and exit code 1."""

import argparse
import importlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Protocol, cast

import requests
from rich.console import Console

from forges.gitea import GiteaError
from releases.release import ReleaseError
from sandbox.node import NodeError
from sandbox.sandbox import UnsupportedMachineError
from sandbox.toolchain.processes import EndedError, ToolchainError
from toolkit.errors import UserError
from toolkit.git import GitError
from toolkit.lock import BusyError
from toolkit.paths import Paths
from toolkit.pulumi_cli import PulumiError

INTERRUPTED = 130
SEVERAL_SENTENCES = (UserError, ReleaseError)  # one a line
EXPECTED = (
    *SEVERAL_SENTENCES,
    BusyError,
    UnsupportedMachineError,
    NodeError,
    PulumiError,
    ToolchainError,
    GitError,
    GiteaError,
    TimeoutError,
    ValueError,
    OSError,
    requests.RequestException,
    sqlite3.Error,
    subprocess.SubprocessError,
)


class Command(Protocol):
    """A module of cli/commands; the first line of its docstring is its help."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Its options."""

    def main(self, options: argparse.Namespace, paths: Paths) -> int:
        """Runs it; the exit code."""


COMMANDS = (
    "up",
    "preview",
    "drift",
    "destroy",
    "env",
    "push",
    "status",
    "down",
    "clean",
    "kubeconfig",
    "cost",
    "webhook",
    "explain",
    "redeliver",
    "rotate",
    "lock",
    "mirror",
)


def load(name: str) -> Command:
    """The module of a command. What the others need is not loaded with it: all of it takes a second."""
    return cast(Command, importlib.import_module(f"cli.commands.{name}"))


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """These commands with their help and their options."""
    top = argparse.ArgumentParser(prog="python -m cli", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names:
        command = load(name)
        about = (command.__doc__ or "").splitlines()[0].replace("%", "%%")
        command.add_arguments(commands.add_parser(name, help=about, description=about))
    return top


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Runs one command; its exit code. Ctrl-C and SIGTERM end what was started, and give 130."""
    names = [name for name in arguments[:1] if name in COMMANDS]
    options = parser(names or COMMANDS).parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    if not Path(os.environ.get("TMPDIR") or "/").is_dir():
        del os.environ["TMPDIR"]  # as after `make down` in a shell with the env file: no compiler would start
    try:
        return load(options.command).main(options, Paths())
    except (KeyboardInterrupt, EndedError):
        print(f"interrupted; `make {options.command}` goes on from here", file=sys.stderr)
        return INTERRUPTED
    except EXPECTED as error:
        messages = str(error).splitlines() if isinstance(error, SEVERAL_SENTENCES) else [str(error)]
        for message in messages:
            print(f"error: {message}", file=sys.stderr)
        return 1
    finally:
        Console().show_cursor()  # a display that was cut off has hidden it
