"""The sandbox's stack, for commands that need it and not the whole sandbox."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli import real_stack
from sandbox.network import Network
from sandbox.sandbox import Sandbox
from sandbox.stack.environment import STACKS
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


def run(stack: str, verb: str, in_sandbox: Callable[[Stack], int], paths: Paths) -> int:
    """Runs a verb of Pulumi on a stack of the user's own, or `in_sandbox` on the sandbox's; the exit code."""
    if stack not in STACKS:
        return real_stack.run(stack, verb, paths, Progress())
    with open_stack(stack, paths) as opened:
        return in_sandbox(opened)
