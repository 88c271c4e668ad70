"""A stack's outputs, as the Pulumi CLI prints them."""

import os
from typing import Any

from cli import real_stack
from sandbox.network import Network
from sandbox.stack.environment import STACKS
from sandbox.stack.stack import Stack
from sandbox.toolchain.toolchain import Toolchain
from toolkit.errors import UserError
from toolkit.paths import Paths
from toolkit.progress import Progress
from toolkit.pulumi_cli import Pulumi, PulumiError


def cli(stack: str, paths: Paths) -> Pulumi:
    """The CLI as this stack takes it, a user's without anything of a sourced env file. Raises UserError."""
    if stack in STACKS:
        program = paths.state / "bin" / "pulumi"
        if not paths.env_file.is_file() or not program.exists():
            raise UserError(f"there is no sandbox here; `make up STACK={stack}` makes it")
        environment = Stack(paths, Network(), program, stack).environment
        return Pulumi(program=program, environment=environment, temporary=paths.temporary)
    with Toolchain(paths, Progress()) as toolchain:
        toolchain.ensure("pulumi")
        return Pulumi(
            program=toolchain.program("pulumi"),
            base=real_stack.environment(paths, os.environ),
            temporary=paths.temporary,
        )


def read(stack: str, paths: Paths) -> dict[str, Any]:
    """Every output, secrets in the clear. Raises UserError."""
    try:
        outputs: dict[str, Any] = cli(stack, paths).read(
            "stack", "output", "--stack", stack, "--json", "--show-secrets"
        )
    except PulumiError as error:
        raise UserError(f"the outputs of stack {stack}: {error}") from None
    return outputs


def require(outputs: dict[str, Any], name: str, stack: str) -> str:
    """The text of an output. Raises UserError when the stack has none (yet)."""
    value = outputs.get(name)
    if not isinstance(value, str) or not value:
        raise UserError(f"the stack {stack} has no output {name}; `make up STACK={stack}` gives it one")
    return value
