"""Shows what somebody has changed since the last `up`; 0 when nothing."""

import argparse

from cli import real_stack, sandbox_stack
from cli.options import add_stack
from sandbox.stack.environment import STACKS
from toolkit.paths import Paths
from toolkit.progress import Progress

add_arguments = add_stack


def main(options: argparse.Namespace, paths: Paths) -> int:
    if options.stack not in STACKS:
        return real_stack.run(options.stack, "drift", paths, Progress())
    with sandbox_stack.open_stack(options.stack, paths) as stack:
        return stack.drift()
