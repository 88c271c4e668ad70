"""The commands behind `make kubeconfig`. What a user can put right is one sentence and exit code 1."""

import argparse
import sys
from collections.abc import Sequence

from outputs import kubeconfig_command, stack_outputs
from outputs.mistakes import Mistake
from sandbox.paths import Paths
from sandbox.pulumi import PulumiError
from sandbox.stack import STACK
from sandbox.toolchain.processes import Ended, ToolchainError

INTERRUPTED = 130
EXPECTED = (Mistake, PulumiError, ToolchainError, ValueError, OSError)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="python -m outputs", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser("kubeconfig", help=kubeconfig_command.__doc__)
    command.add_argument("--stack", default=STACK)
    either = command.add_mutually_exclusive_group()
    either.add_argument("--use", action="store_true", help="make it the current context")
    either.add_argument("--remove", action="store_true", help="take the stack's entries out again")
    return top


def main(arguments: Sequence[str]) -> int:
    """Runs one command; its exit code."""
    options = parser().parse_args(arguments)
    paths = Paths()
    stack = options.stack
    try:
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
