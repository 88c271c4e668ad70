"""`pulumi destroy`; the cluster stays."""

import argparse

from cli import sandbox_stack
from cli.options import add_stack
from sandbox.stack.stack import Stack
from toolkit.paths import Paths

add_arguments = add_stack


def main(options: argparse.Namespace, paths: Paths) -> int:
    return sandbox_stack.run(options.stack, "destroy", Stack.destroy, paths)
