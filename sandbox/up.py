"""`make up`: the order of things, from an empty machine to a build service."""

from collections.abc import Callable
from typing import Protocol

from toolkit.background import Background, raise_failure, wait_for_all

Check = Callable[[], None]


class Steps(Protocol):
    """The steps of `up`. A step is harmless when it is done already, and finishes an interrupted one."""

    def check(self) -> None:
        """Raises, in one sentence, when this machine cannot have a sandbox."""

    def begin_builds(self) -> None:
        """Starts to find, fetch or build everything; returns at once."""

    def start_node(self) -> None:
        """Returns when the cluster answers. Waits for the parts that it is made of."""

    def prepare_stack(self, check: Check) -> None:
        """The stack and its settings are there. Waits for the CLI; what `check` raises ends the wait."""

    def install_provider(self, check: Check) -> None:
        """Plain `pulumi` commands work from now on. Waits for the Kubernetes provider, as above."""

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
        """Waits for the rest of the builds, and shows the user the result."""


def up(steps: Steps) -> None:
    """Runs the steps, the long ones beside each other; the CLI runs in this thread, which gets Ctrl-C.

    On an empty machine the provider comes last of all that is built: only what the CLI does waits for it, and
    an error elsewhere ends that wait.
    """
    steps.check()
    steps.begin_builds()
    node = Background(steps.start_node)
    parallel = (
        node,
        Background(steps.fill_node, dependency=node),
        Background(steps.start_forge, dependency=node),
    )

    def check() -> None:
        raise_failure(parallel)

    steps.prepare_stack(check)
    steps.install_provider(check)
    check()
    steps.preview()
    wait_for_all(parallel)
    steps.deploy()
    steps.connect_forge()
    steps.finish()
