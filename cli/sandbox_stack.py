"""The sandbox's stack, for commands that need it and not the whole sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.network import Network
from sandbox.sandbox import Sandbox
from sandbox.stack.stack import Stack
from sandbox.toolchain.toolchain import Toolchain
from toolkit.lock import state_lock
from toolkit.paths import Paths
from toolkit.progress import Progress


@contextmanager
def open_stack(name: str, paths: Paths) -> Iterator[Stack]:
    """The stack with its settings, its CLI and its plugins; no other command is at work meanwhile."""
    progress = Progress()
    with state_lock(paths.state), Toolchain(paths, progress) as toolchain:
        sandbox = Sandbox(paths, Network(), toolchain, progress, stack=name)
        sandbox.begin_cli()
        sandbox.prepare_stack()
        sandbox.install_provider()
        yield sandbox.stack
