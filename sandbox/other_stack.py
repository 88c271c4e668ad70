"""`make up STACK=dev`: the user's own Pulumi, backend and secrets; only what is missing comes from here."""

import os
from collections.abc import Mapping

from sandbox import nobodys_stack
from sandbox.network import Network
from sandbox.paths import CHECKOUT, Paths
from sandbox.progress import Progress
from sandbox.pulumi import DRIFT, POLICIES, Pulumi
from sandbox.pulumi_plugins import fill_path
from sandbox.stack import STACKS, Stack
from sandbox.toolchain.toolchain import Toolchain

COMMANDS = {"preview": ("preview", *POLICIES), "drift": DRIFT}


def command(stack: str, verb: str) -> list[str]:
    """`pulumi up` asks before it changes anything: this stack is not ours."""
    return ["pulumi", *COMMANDS.get(verb, (verb,)), "--stack", stack]


def environment(paths: Paths, base: Mapping[str, str]) -> dict[str, str]:
    """`base` with the stand-ins and the CLI first on PATH, and without the sandbox stack's variables.

    Somebody who has sourced the sandbox's env file means the other stack here all the same.
    """
    program = paths.state / "bin" / "pulumi"
    sandbox = [Stack(paths, Network(), program, name).variables for name in STACKS]
    env = {key: value for key, value in base.items() if value not in [one.get(key) for one in sandbox]}
    folders = [str(paths.state / "stand-ins"), str(paths.state / "bin")]
    env["PATH"] = os.pathsep.join([*folders, env.get("PATH", os.defpath)])
    return env


def run(stack: str, verb: str, paths: Paths, progress: Progress) -> None:
    """Becomes that command; returns only by raising."""
    with Toolchain(paths, progress) as toolchain:
        toolchain.ensure("pulumi")
        program = toolchain.program("pulumi")
    users = environment(paths, os.environ)
    if verb == "preview" and not nobodys_stack.is_logged_in(users):
        progress.note(f"Nobody is logged in to a Pulumi backend: this previews a new stack {stack}")
        users = nobodys_stack.prepare(stack, paths, program)
    else:
        missing = fill_path(paths.state / "stand-ins", Pulumi(program=program), preview=verb == "preview")
        if missing:
            progress.note(f"The official {', '.join(missing)} cannot be had here; stand-ins are used")
    os.chdir(CHECKOUT)
    os.execvpe(program, command(stack, verb), users)
