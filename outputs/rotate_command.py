"""`make rotate`: the webhook gets another secret, and every push is taken meanwhile.

The stack takes pushes with the old secret and the new one; the forge's webhooks get the new one; then the old
one goes. An interrupted rotation is finished by the next run of the command, or by these steps by hand.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from outputs import stack_outputs, webhook_command
from sandbox import other_stack
from sandbox.mistake import Mistake
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.pulumi import Pulumi
from sandbox.stack_environment import STACKS

SETTING = "webhook"


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """The steps; `cli` is the stack's, and `forge` gives one repository's webhook the secret of now."""

    cli: Pulumi
    stack: str
    forge: Callable[[str], object]

    def run(self, repositories: Sequence[str]) -> None:
        """From wherever it stands to the end. Raises Mistake and PulumiError."""
        chosen = self._chosen()
        if not chosen.get("previousToo", False):
            chosen = {"secretVersion": int(chosen.get("secretVersion", 1)) + 1, "previousToo": True}
            self._apply(chosen, "the listener takes the old secret and a new one")
        for repository in repositories:
            self.forge(repository)
        self._apply({**chosen, "previousToo": False}, "the old secret is taken no more")

    def _chosen(self) -> dict[str, Any]:
        config = self.cli.read("config", "--stack", self.stack, "--json")
        entry = next((one for key, one in config.items() if key.endswith(f":{SETTING}")), None)
        found: dict[str, Any] = json.loads(entry["value"]) if entry else {}
        return found

    def _apply(self, chosen: dict[str, Any], what: str) -> None:
        for key, value in chosen.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            self.cli.run("config", "set", "--stack", self.stack, "--path", f"{SETTING}.{key}", text)
        print(f"{what}: pulumi up", flush=True)
        if self.cli.show("up", "--stack", self.stack, "--yes", "--skip-preview") != 0:
            raise Mistake("`pulumi up` failed, as it says above; `make rotate` goes on from here")


def run(stack: str, repositories: str, paths: Paths) -> int:
    """Rotates; 0. `repositories`: OWNER/NAME of each at GitHub, separated by spaces."""
    names = repositories.split()
    if stack in STACKS:
        names = [""]  # its forge has one
        cli = stack_outputs.cli(stack, paths)
    else:
        built = sorted(stack_outputs.read(stack, paths)["repositories"])
        if missing := [one for one in built if one not in [name.lower() for name in names]]:
            raise Mistake(
                f"REPO must name every repository of the stack {stack}, and {', '.join(missing)} is missing: "
                "its pushes would be refused afterwards"
            )
        cli = other_stack.deploying(paths, Progress())
    rotation = Rotation(cli=cli, stack=stack, forge=lambda name: webhook_command.run(stack, name, paths))
    rotation.run(names)
    return 0
