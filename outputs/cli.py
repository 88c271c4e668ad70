"""The commands behind `make kubeconfig`, `make webhook`, `make explain`, `make redeliver`, `make rotate` and
`make cost`.

A user's mistake is one sentence, and exit 1.
"""

import argparse
import sqlite3
import sys
from collections.abc import Sequence

from outputs import (
    cost_command,
    explain_command,
    kubeconfig_command,
    redeliver_command,
    rotate_command,
    stack_outputs,
    webhook_command,
)
from sandbox.gitea import GiteaError
from sandbox.mistake import Mistake
from sandbox.paths import Paths
from sandbox.pulumi import PulumiError
from sandbox.stack_environment import STACK
from sandbox.toolchain.processes import Ended, ToolchainError

INTERRUPTED = 130
AT_THE_FORGE = {
    "webhook": webhook_command,
    "explain": explain_command,
    "redeliver": redeliver_command,
    "rotate": rotate_command,
}
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
    command = commands.add_parser("cost", help=cost_command.__doc__)
    command.add_argument("--stack", default=STACK)
    command.add_argument("--prices", default="", metavar="FILE")
    for name, module in AT_THE_FORGE.items():
        command = commands.add_parser(name, help=module.__doc__)
        command.add_argument("--stack", default=STACK)
        command.add_argument("--repository", default="", metavar="OWNER/NAME")
        if name == "explain":
            command.add_argument("--delivery", default="", metavar="ID")
            command.add_argument("--commit", default="", metavar="SHA")
    return top


def main(arguments: Sequence[str]) -> int:
    """Runs one command; its exit code."""
    options = parser().parse_args(arguments)
    paths = Paths()
    stack = options.stack
    try:
        return _run(options, stack, paths)
    except (KeyboardInterrupt, Ended):
        return INTERRUPTED
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, stack: str, paths: Paths) -> int:
    match options.command:
        case "cost":
            return cost_command.run(stack, options.prices, paths)
        case "webhook":
            return webhook_command.run(stack, options.repository, paths)
        case "explain":
            return explain_command.run(stack, options.delivery, options.commit, options.repository, paths)
        case "redeliver":
            return redeliver_command.run(stack, options.repository, paths)
        case "rotate":
            return rotate_command.run(stack, options.repository, paths)
    return _kubeconfig(options, stack, paths)


def _kubeconfig(options: argparse.Namespace, stack: str, paths: Paths) -> int:
    if options.remove:
        return kubeconfig_command.remove(stack, paths)
    return kubeconfig_command.add(
        stack,
        lambda: stack_outputs.one(stack_outputs.read(stack, paths), "kubeconfig", stack),
        paths,
        use=options.use,
    )
