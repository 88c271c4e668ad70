"""A stack's outputs, as the Pulumi CLI tells them."""

import os
from typing import Any

from sandbox import other_stack
from sandbox.mistake import Mistake
from sandbox.network import Network
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.pulumi import Pulumi, PulumiError
from sandbox.stack import Stack
from sandbox.stack_environment import STACKS
from sandbox.toolchain.toolchain import Toolchain


def cli(stack: str, paths: Paths) -> Pulumi:
    """The CLI as this stack takes it, a user's without anything of a sourced env file. Raises Mistake."""
    if stack in STACKS:
        program = paths.state / "bin" / "pulumi"
        if not paths.env_file.is_file() or not program.exists():
            raise Mistake(f"there is no sandbox here; `make up STACK={stack}` makes it")
        environment = Stack(paths, Network(), program, stack).environment
        return Pulumi(program=program, environment=environment, temporary=paths.temporary)
    with Toolchain(paths, Progress()) as toolchain:
        toolchain.ensure("pulumi")
        return Pulumi(
            program=toolchain.program("pulumi"),
            base=other_stack.environment(paths, os.environ),
            temporary=paths.temporary,
        )


def read(stack: str, paths: Paths) -> dict[str, Any]:
    """Every output, secrets in the clear. Raises Mistake."""
    try:
        found: dict[str, Any] = cli(stack, paths).read(
            "stack", "output", "--stack", stack, "--json", "--show-secrets"
        )
    except PulumiError as error:
        raise Mistake(f"the outputs of stack {stack}: {error}") from None
    return found


def one(outputs: dict[str, Any], name: str, stack: str) -> str:
    """This output's text. Raises Mistake when the stack has none (yet)."""
    value = outputs.get(name)
    if not isinstance(value, str) or not value:
        raise Mistake(f"the stack {stack} has no output {name}; `make up STACK={stack}` gives it one")
    return value
