"""`make up`: the order of things, from an empty machine to a build service."""

from typing import Protocol

from sandbox.background import Background


class Steps(Protocol):
    """What there is to do. A step is harmless when it is done already, and finishes an interrupted one."""

    def check(self) -> None:
        """Raises, in one sentence, when this machine cannot have a sandbox."""

    def begin_builds(self) -> None:
        """Starts to find, fetch or build everything; returns at once."""

    def start_node(self) -> None:
        """Returns when the cluster answers. Waits for the parts that it is made of."""

    def prepare_stack(self) -> None:
        """Plain `pulumi` commands work from now on. Waits for the CLI."""

    def preview(self) -> None:
        """Shows what the stack will become, unless it is there already."""

    def fill_node(self) -> None:
        """Images and release manifests are where the cluster looks for them. Waits for them."""

    def deploy(self) -> None:
        """`pulumi up`, with the token that the forge has made."""

    def start_forge(self) -> None:
        """The forge answers and has the example repository. Waits for its program."""

    def connect_forge(self) -> None:
        """The repository's webhook is what the stack says."""

    def finish(self) -> None:
        """What is left of the builds is waited for, and the user learns what he has now."""


def up(steps: Steps) -> None:
    """Runs the steps, the long ones beside each other."""
    steps.check()
    steps.begin_builds()
    node = Background(steps.start_node)
    steps.prepare_stack()
    if not node.failed:
        steps.preview()
    node.result()
    forge = Background(steps.start_forge)
    steps.fill_node()
    forge.result()
    steps.deploy()
    steps.connect_forge()
    steps.finish()
