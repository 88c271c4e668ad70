"""`pulumi preview`; a stack that is in no cluster yet needs none."""

import argparse

from cli import real_stack, sandbox_stack
from cli.options import add_stack
from sandbox.stack.environment import STACKS
from toolkit.paths import Paths
from toolkit.progress import Progress

add_arguments = add_stack


def main(options: argparse.Namespace, paths: Paths) -> int:
    if options.stack not in STACKS:
        return real_stack.run(options.stack, "preview", paths, Progress())
    with sandbox_stack.open_stack(options.stack, paths) as stack:
        return stack.preview()
