"""Writes the env file of the sandbox, and prints the line that sources it."""

import argparse

from cli import sandbox_stack
from sandbox.stack.environment import STACK
from toolkit import env_file
from toolkit.paths import Paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def main(options: argparse.Namespace, paths: Paths) -> int:
    with sandbox_stack.open_stack(STACK, paths):
        print(env_file.line_for(paths.env_file, paths.state.parent))
    return 0
