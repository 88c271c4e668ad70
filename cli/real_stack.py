"""`make up STACK=dev`: the user's own Pulumi, backend and secrets; only what is missing comes from here."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cli import preview_stack
from sandbox.stack.environment import STACKS, variables
from sandbox.toolchain.plugin_folders import fill_path, to_build
from sandbox.toolchain.pulumi_plugins import plugins, users_home
from sandbox.toolchain.toolchain import Toolchain
from toolkit.paths import Paths
from toolkit.progress import Progress
from toolkit.pulumi_cli import DRIFT, POLICIES, Pulumi

COMMANDS = {"preview": ("preview", *POLICIES), "drift": DRIFT}


def command(stack: str, verb: str) -> list[str]:
    """`pulumi up` asks before it changes anything: this stack is not ours."""
    return [*COMMANDS.get(verb, (verb,)), "--stack", stack]


def environment(paths: Paths, base: Mapping[str, str]) -> dict[str, str]:
    """`base` with the missing plugins and the CLI first on PATH, and without the sandbox stack's variables.

    Somebody who has sourced the sandbox's env file means the other stack here all the same.
    """
    sandbox = [variables(paths, name) for name in STACKS]
    env = {
        key: value
        for key, value in base.items()
        if value not in [stack_variables.get(key) for stack_variables in sandbox]
    }
    folders = [str(_plugins(paths)), str(paths.state / "bin")]
    env["PATH"] = os.pathsep.join([*folders, env.get("PATH", os.defpath)])
    return env


def run(stack: str, verb: str, paths: Paths, progress: Progress) -> int:
    """Runs that command on the user's terminal; its exit code."""
    cli = previewing(stack, paths, progress) if verb == "preview" else deploying(paths, progress)
    return cli.hand_over(*command(stack, verb))


def previewing(stack: str, paths: Paths, progress: Progress) -> Pulumi:
    """The CLI of another stack, with every plugin that `pulumi preview` needs.

    It has a new stack of that name where nobody is logged in to a backend.
    """
    with Toolchain(paths, progress) as toolchain:
        cli = _cli(paths, toolchain)
        if not preview_stack.is_logged_in(cli.base):
            progress.note(f"Nobody is logged in to a Pulumi backend: this previews a new stack {stack}")
            return replace(cli, base=preview_stack.prepare(stack, paths, cli, toolchain.wait))
        _add_plugins(cli, paths, toolchain, progress, preview=True)
    return cli


def deploying(paths: Paths, progress: Progress) -> Pulumi:
    """The CLI of another stack, with every plugin that `pulumi up` needs."""
    with Toolchain(paths, progress) as toolchain:
        cli = _cli(paths, toolchain)
        _add_plugins(cli, paths, toolchain, progress, preview=False)
    return cli


def _cli(paths: Paths, toolchain: Toolchain) -> Pulumi:
    """As soon as it is there. What its plugins are made of is begun."""
    toolchain.start(["pulumi", *to_build(users_home(), plugins())])
    toolchain.wait("pulumi")
    base = environment(paths, os.environ)
    return Pulumi(program=toolchain.program("pulumi"), base=base, temporary=paths.temporary)


def _add_plugins(
    cli: Pulumi, paths: Paths, toolchain: Toolchain, progress: Progress, *, preview: bool
) -> None:
    if names := fill_path(_plugins(paths), cli, toolchain.wait, preview=preview):
        progress.note(f"The official {', '.join(names)} cannot be had here; stand-ins are used")


def _plugins(paths: Paths) -> Path:
    return paths.state / "plugins"
