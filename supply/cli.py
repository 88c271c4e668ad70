"""The commands behind `make lock` and `make mirror`. A user's mistake is one sentence, and exit 1."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from components.release import LOCK, ReleaseError
from sandbox.mistake import Mistake
from sandbox.paths import Paths
from sandbox.stack_environment import STACK
from sandbox.toolchain.processes import Ended, ToolchainError
from supply import lock_command, mirror_command

INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="python -m supply", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser("lock", help=lock_command.__doc__)
    command.add_argument("--lock", default="", metavar="PATH")
    command.add_argument("--upgrade", default="", metavar="NAME=VERSION ...")
    command = commands.add_parser("mirror", help=mirror_command.__doc__)
    command.add_argument("--stack", default=STACK)
    command.add_argument("--to", default="", metavar="REGISTRY/PATH")
    return top


def main(arguments: Sequence[str]) -> int:
    """Runs one command; its exit code."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "lock":
            lock_command.run(Path(options.lock) if options.lock else LOCK, options.upgrade.split())
        else:
            mirror_command.run(options.stack, options.to, Paths())
    except (KeyboardInterrupt, Ended):
        return INTERRUPTED
    except (Mistake, ReleaseError, ToolchainError, OSError) as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 1
    return 0
