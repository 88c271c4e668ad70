"""`pulumi preview`; a stack that is in no cluster yet needs none."""

import argparse

from cli import sandbox_stack
from cli.options import add_stack
from sandbox.stack.stack import Stack
from toolkit.paths import Paths

add_arguments = add_stack


def main(options: argparse.Namespace, paths: Paths) -> int:
    return sandbox_stack.run(options.stack, "preview", Stack.preview, paths)
