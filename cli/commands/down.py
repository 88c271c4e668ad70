"""Ends the sandbox and forgets it: without its cluster, its stack's state is worth nothing."""

import argparse
import shutil

from cli.options import add_none
from sandbox.network import Network
from sandbox.sandbox import Sandbox
from sandbox.toolchain.toolchain import Toolchain
from toolkit.lock import state_lock
from toolkit.paths import Paths
from toolkit.progress import Progress

add_arguments = add_none


def main(options: argparse.Namespace, paths: Paths) -> int:
    if not paths.state.exists():
        return 0
    progress = Progress()
    with state_lock(paths.state), Toolchain(paths, progress) as toolchain:
        with progress.step("End the node"):
            Sandbox(paths, Network(), toolchain, progress).down()
        shutil.rmtree(paths.state)
    return 0
