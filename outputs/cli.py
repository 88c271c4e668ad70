"""The commands behind `make kubeconfig` and `make webhook`. A user's mistake is one sentence, and exit 1."""

import argparse
import sqlite3
import sys
from collections.abc import Sequence

from outputs import kubeconfig_command, stack_outputs, webhook_command
from outputs.mistakes import Mistake
from sandbox.gitea import GiteaError
from sandbox.paths import Paths
from sandbox.pulumi import PulumiError
from sandbox.stack import STACK
from sandbox.toolchain.processes import Ended, ToolchainError

INTERRUPTED = 130
EXPECTED = (Mistake, PulumiError, ToolchainError, GiteaError, sqlite3.Error, ValueError, OSError)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="python -m outputs", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser("kubeconfig", help=kubeconfig_command.__doc__)
    command.add_argument("--stack", default=STACK)
    either = command.add_mutually_exclusive_group()
    either.add_argument("--use", action="store_true", help="make it the current context")
    either.add_argument("--remove", action="store_true", help="take the stack's entries out again")
    command = commands.add_parser("webhook", help=webhook_command.__doc__)
    command.add_argument("--stack", default=STACK)
    command.add_argument("--repository", default="", metavar="OWNER/NAME")
    return top


def main(arguments: Sequence[str]) -> int:
    """Runs one command; its exit code."""
    options = parser().parse_args(arguments)
    paths = Paths()
    stack = options.stack
    try:
        if options.command == "webhook":
            return webhook_command.run(stack, options.repository, paths)
        if options.remove:
            return kubeconfig_command.remove(stack, paths)
        return kubeconfig_command.add(
            stack,
            lambda: stack_outputs.one(stack_outputs.read(stack, paths), "kubeconfig", stack),
            paths,
            use=options.use,
        )
    except (KeyboardInterrupt, Ended):
        return INTERRUPTED
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
