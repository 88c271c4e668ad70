"""Writes the env file of the sandbox, and prints the line that sources it."""

import argparse

from cli import sandbox_stack
from cli.options import add_none
from sandbox.stack.environment import STACK
from toolkit import env_file
from toolkit.paths import Paths

add_arguments = add_none


def main(options: argparse.Namespace, paths: Paths) -> int:
    with sandbox_stack.open_stack(STACK, paths):
        print(env_file.line_for(paths.env_file, paths.state.parent))
    return 0
