"""Everything that is missing, then `pulumi up`."""

import argparse

from cli import real_stack
from cli.options import add_stack
from sandbox.network import Network
from sandbox.sandbox import Sandbox
from sandbox.stack.environment import STACKS
from sandbox.toolchain.toolchain import Toolchain
from sandbox.up import up
from toolkit.lock import state_lock
from toolkit.paths import Paths
from toolkit.progress import Progress

add_arguments = add_stack


def main(options: argparse.Namespace, paths: Paths) -> int:
    progress = Progress()
    if options.stack not in STACKS:
        return real_stack.run(options.stack, "up", paths, progress)
    with state_lock(paths.state), Toolchain(paths, progress) as toolchain:
        up(Sandbox(paths, Network(), toolchain, progress, stack=options.stack))
    return 0
