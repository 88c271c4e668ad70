"""Options that several commands have."""

import argparse

from sandbox.stack.environment import STACK, STACKS


def add_none(parser: argparse.ArgumentParser) -> None:
    """Adds nothing: the command has no options."""


def add_stack(parser: argparse.ArgumentParser) -> None:
    """`--stack`."""
    parser.add_argument(
        "--stack", default=STACK, help=f"{' or '.join(STACKS)} on this machine, or a stack of your own"
    )


def add_repository(parser: argparse.ArgumentParser) -> None:
    """`--repository`, which the sandbox's stack needs not."""
    parser.add_argument("--repository", default="", metavar="OWNER/NAME")
