"""`make rotate`: the webhook gets another secret, and every push is taken meanwhile.

The stack takes pushes with the old secret and the new one; the forge's webhooks get the new one; then the old
one goes. An interrupted rotation is finished by the next run of the command, or by these steps by hand.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cli import real_stack, stack_outputs
from cli.commands import webhook
from cli.options import add_repository, add_stack
from sandbox.stack.environment import STACKS
from settings import renamed_keys
from toolkit.errors import UserError
from toolkit.paths import Paths
from toolkit.progress import Progress
from toolkit.pulumi_cli import Pulumi

SETTING = "webhook"


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """The steps; `cli` is the stack's, and `forge` gives one repository's webhook the secret of now."""

    cli: Pulumi
    stack: str
    forge: Callable[[str], object]

    def run(self, repositories: Sequence[str]) -> None:
        """Carries the rotation on from its present step to the end. Raises UserError and PulumiError."""
        settings = self._settings()
        if not settings.get("acceptPrevious", False):
            settings = {"secretVersion": int(settings.get("secretVersion", 1)) + 1, "acceptPrevious": True}
            self._apply(settings, "the listener takes the old secret and a new one")
        for repository in repositories:
            self.forge(repository)
        self._apply({**settings, "acceptPrevious": False}, "the old secret is taken no more")

    def _settings(self) -> dict[str, Any]:
        """The stack's settings of the webhook, by their present keys."""
        return dict(renamed_keys.rename({SETTING: self._stored()}).values[SETTING])

    def _stored(self) -> dict[str, Any]:
        config = self.cli.read("config", "--stack", self.stack, "--json")
        entry = next((value for key, value in config.items() if key.endswith(f":{SETTING}")), None)
        settings: dict[str, Any] = json.loads(entry["value"]) if entry else {}
        return settings

    def _apply(self, settings: dict[str, Any], effect: str) -> None:
        for key, value in settings.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            self.cli.run("config", "set", "--stack", self.stack, "--path", f"{SETTING}.{key}", text)
        for key in self._stored().keys() - self._settings().keys():  # an older name of one of them
            self.cli.run("config", "rm", "--stack", self.stack, "--path", f"{SETTING}.{key}")
        print(f"{effect}: pulumi up", flush=True)
        if self.cli.show("up", "--stack", self.stack, "--yes", "--skip-preview") != 0:
            raise UserError("`pulumi up` failed, as it says above; `make rotate` goes on from here")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_repository(parser)


def main(options: argparse.Namespace, paths: Paths) -> int:
    return run(options.stack, options.repository, paths)


def run(stack: str, repositories: str, paths: Paths) -> int:
    """Rotates; 0. `repositories`: OWNER/NAME of each at GitHub, separated by spaces."""
    names = repositories.split()
    if stack in STACKS:
        names = [""]  # its forge has one
        cli = stack_outputs.cli(stack, paths)
    else:
        deployed = sorted(stack_outputs.read(stack, paths)["repositories"])
        if omitted := [name for name in deployed if name not in map(str.lower, names)]:
            raise UserError(
                f"REPO must name every repository of the stack {stack}, and {', '.join(omitted)} is missing: "
                "its pushes would be refused afterwards"
            )
        cli = real_stack.deploying(paths, Progress())
    rotation = Rotation(cli=cli, stack=stack, forge=lambda name: webhook.run(stack, name, paths))
    rotation.run(names)
    return 0
