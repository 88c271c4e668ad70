"""A stack's outputs, as the Pulumi CLI tells them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from outputs.mistakes import Mistake
from sandbox import other_stack
from sandbox.network import Network
from sandbox.paths import CHECKOUT, Paths
from sandbox.progress import Progress
from sandbox.stack import STACKS, Stack
from sandbox.toolchain.toolchain import Toolchain


def read(stack: str, paths: Paths) -> dict[str, Any]:
    """Every output, secrets in the clear. Raises Mistake or PulumiError."""
    if stack in STACKS:
        program = paths.state / "bin" / "pulumi"
        if not paths.env_file.is_file() or not program.exists():
            raise Mistake(f"there is no sandbox here; `make up STACK={stack}` makes it")
        return Stack(paths, Network(), program, stack).outputs()
    with Toolchain(paths, Progress()) as toolchain:
        toolchain.ensure("pulumi")
        program = toolchain.program("pulumi")
    return _users(stack, program, paths)


def _users(stack: str, program: Path, paths: Paths) -> dict[str, Any]:
    done = subprocess.run(
        [program, "stack", "output", "--stack", stack, "--json", "--show-secrets", "--non-interactive"],
        env=other_stack.environment(paths, os.environ),  # whole: nothing of a sourced env file comes back
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise Mistake(f"the outputs of stack {stack}: {said[-1] if said else 'pulumi failed'}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def one(outputs: dict[str, Any], name: str, stack: str) -> str:
    """This output's text. Raises Mistake when the stack has none (yet)."""
    value = outputs.get(name)
    if not isinstance(value, str) or not value:
        raise Mistake(f"the stack {stack} has no output {name}; `make up STACK={stack}` gives it one")
    return value
