"""Shows what somebody has changed since the last `up`; 0 when nothing."""

import argparse

from cli import sandbox_stack
from cli.options import add_stack
from sandbox.stack.stack import Stack
from toolkit.paths import Paths

add_arguments = add_stack


def main(options: argparse.Namespace, paths: Paths) -> int:
    return sandbox_stack.run(options.stack, "drift", Stack.drift, paths)
