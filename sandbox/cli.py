"""The commands behind the make targets. What a user can put right is one sentence and exit code 1."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import requests
from rich.console import Console

from sandbox import env_file, other_stack
from sandbox.exclusive import Busy, exclusive
from sandbox.git import GitError
from sandbox.gitea import GiteaError
from sandbox.network import Network
from sandbox.node import NodeProblem
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.pulumi import PulumiError
from sandbox.push_command import push
from sandbox.stack_environment import STACK, STACKS
from sandbox.toolchain.processes import Ended, ToolchainError
from sandbox.toolchain.toolchain import Toolchain
from sandbox.up import up
from sandbox.whole import Impossible, Sandbox

INTERRUPTED = 130
EXPECTED = (
    Busy,
    Impossible,
    NodeProblem,
    PulumiError,
    ToolchainError,
    GitError,
    GiteaError,
    TimeoutError,
    ValueError,
    OSError,
    requests.RequestException,
    subprocess.SubprocessError,
)


class Commands:
    """One method a command; each gives the exit code."""

    def __init__(self, stack: str) -> None:
        self._stack = stack
        self._paths = Paths()
        self._progress = Progress()

    def up(self) -> int:
        """Everything that is missing, then `pulumi up`."""
        if self._stack not in STACKS:
            return other_stack.run(self._stack, "up", self._paths, self._progress)
        with exclusive(self._paths.state), Toolchain(self._paths, self._progress) as toolchain:
            up(Sandbox(self._paths, Network(), toolchain, self._progress, stack=self._stack))
        return 0

    def preview(self) -> int:
        """`pulumi preview`; a stack that is in no cluster yet needs none."""
        if self._stack not in STACKS:
            return other_stack.run(self._stack, "preview", self._paths, self._progress)
        with exclusive(self._paths.state), Toolchain(self._paths, self._progress) as toolchain:
            return self._prepared(toolchain).stack.preview()

    def drift(self) -> int:
        """What somebody has changed since the last `up`; 0 when nothing."""
        if self._stack not in STACKS:
            return other_stack.run(self._stack, "drift", self._paths, self._progress)
        with exclusive(self._paths.state), Toolchain(self._paths, self._progress) as toolchain:
            return self._prepared(toolchain).stack.drift()

    def destroy(self) -> int:
        """`pulumi destroy`; the cluster stays."""
        if self._stack not in STACKS:
            return other_stack.run(self._stack, "destroy", self._paths, self._progress)
        with exclusive(self._paths.state), Toolchain(self._paths, self._progress) as toolchain:
            return self._prepared(toolchain).stack.destroy()

    def env(self) -> int:
        """Writes the env file, and prints the line that sources it."""
        with exclusive(self._paths.state), Toolchain(self._paths, self._progress) as toolchain:
            self._prepared(toolchain)
        print(env_file.line_for(self._paths.env_file, self._paths.state.parent))
        return 0

    def push(self) -> int:
        """A commit through the forge, followed to its images."""
        return push(self._paths, Network())

    def status(self) -> int:
        """What runs; 1 when something does not."""
        with Toolchain(self._paths, self._progress) as toolchain:
            states = Sandbox(self._paths, Network(), toolchain, self._progress).status()
        width = max(map(len, states))
        for part, state in states.items():
            print(f"{part:{width}}  {state}")
        return 0 if set(states.values()) == {"ok"} else 1

    def down(self) -> int:
        """Ends the sandbox and forgets it: without its cluster, its stack's state is worth nothing."""
        if not self._paths.state.exists():
            return 0
        with exclusive(self._paths.state), Toolchain(self._paths, self._progress) as toolchain:
            with self._progress.step("End the node"):
                Sandbox(self._paths, Network(), toolchain, self._progress).down()
            shutil.rmtree(self._paths.state)
        return 0

    def clean(self) -> int:
        """As down; and the cache keeps only what the present pins name."""
        self.down()
        with Toolchain(self._paths, self._progress) as toolchain:
            for entry in toolchain.clean():
                self._progress.note(f"removed {entry}")
        return 0

    def _prepared(self, toolchain: Toolchain) -> Sandbox:
        sandbox = Sandbox(self._paths, Network(), toolchain, self._progress, stack=self._stack)
        sandbox.begin_cli()
        sandbox.prepare_stack()
        sandbox.install_provider()
        return sandbox


ABOUT = {
    name: (method.__doc__ or "").splitlines()[0]
    for name, method in vars(Commands).items()
    if not name.startswith("_")
}


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def parser() -> argparse.ArgumentParser:
    """Every command with its first line of help."""
    top = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in ABOUT.items():
        command = commands.add_parser(name, help=about, description=about)
        if name in ("up", "preview", "drift", "destroy"):
            command.add_argument(
                "--stack",
                default=STACK,
                help=f"{' or '.join(STACKS)} on this machine, or a stack of your own",
            )
    return top


def main(arguments: Sequence[str]) -> int:
    """Runs one command; its exit code. Ctrl-C and SIGTERM end what was started, and give 130."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    if not Path(os.environ.get("TMPDIR") or "/").is_dir():
        del os.environ["TMPDIR"]  # as after `make down` in a shell with the env file: no compiler would start
    try:
        code: int = getattr(Commands(getattr(options, "stack", STACK)), options.command)()
        return code
    except (KeyboardInterrupt, Ended):
        print(f"interrupted; `make {options.command}` goes on from here", file=sys.stderr)
        return INTERRUPTED
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        Console().show_cursor()  # a display that was cut off has hidden it
