"""Shows which parts of the sandbox run; 1 when one does not."""

import argparse

from cli.options import add_none
from sandbox.network import Network
from sandbox.sandbox import Sandbox
from sandbox.toolchain.toolchain import Toolchain
from toolkit.paths import Paths
from toolkit.progress import Progress

add_arguments = add_none


def main(options: argparse.Namespace, paths: Paths) -> int:
    progress = Progress()
    with Toolchain(paths, progress) as toolchain:
        states = Sandbox(paths, Network(), toolchain, progress).status()
    width = max(map(len, states))
    for part, state in states.items():
        print(f"{part:{width}}  {state}")
    return 0 if set(states.values()) == {"ok"} else 1
