"""As down; and the cache keeps only what the present pins name."""

import argparse

from cli.commands import down
from cli.options import add_none
from sandbox.toolchain.toolchain import Toolchain
from toolkit.paths import Paths
from toolkit.progress import Progress

add_arguments = add_none


def main(options: argparse.Namespace, paths: Paths) -> int:
    down.main(options, paths)
    progress = Progress()
    with Toolchain(paths, progress) as toolchain:
        for entry in toolchain.clean():
            progress.note(f"removed {entry}")
    return 0
