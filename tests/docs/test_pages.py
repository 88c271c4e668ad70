"""README.md and docs/, typed as they stand there. The tests run in the order in which they stand here.

README's sandbox is everybody's cluster: the stacks of docs/ are put into it when docs/getting-started.md has
destroyed its own, and before README takes the sandbox away.
"""

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.docs.checks import lose_state
from tests.docs.script_cloud import LOST
from tests.docs.scripts import SCRIPTS
from tests.docs.session import LAST, Session, timings
from tests.docs.shell import Shell
from tests.docs.workflows import runs
from tests.docs.world import STACK_FILE, Environment, World, world

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(2400)]

README, TKE = "README.md", "docs/tencent-cloud.md"
COMMANDS, GETTING_STARTED = "docs/commands.md", "docs/getting-started.md"
IN_ORDER = {README, COMMANDS, GETTING_STARTED, TKE}
"""Pages that have a test of their own; all others go on from TKE."""


class Pages:
    """The sessions that are open, and those that are done."""

    def __init__(self, world: World, stack: ExitStack) -> None:
        self.world = world
        self._stack = stack
        self.open: dict[str, Session] = {}

    def readme(self) -> None:
        """Leaves the sandbox up."""
        self._begin(
            README, lambda: self.world.machine.shell(self.world.sandbox, "sandbox"), until="make down"
        )

    def in_sandbox(self, page: str, until: str = "") -> None:
        """A page that goes on from README, in its clone."""
        assert README in self.open, f"{README} has failed, and there is no sandbox"
        shell, clone = self.world.machine.shell, self.world.sandbox
        self._begin(
            page,
            lambda: shell(clone, "sandbox"),
            lambda: {**shell(clone, "own"), **self.world.online, **self.world.own_backend()},
            until=until,
            clone=clone,
        )

    def tke(self, until: str) -> None:
        assert GETTING_STARTED in self.open, f"{GETTING_STARTED} has failed, and the cluster is not empty"
        self._begin(TKE, lambda: self._cloud_shell(Path(TKE).stem), until=until)

    def further_page(self, page: str) -> None:
        """A page that goes on from docs/tencent-cloud.md, in a clone of its own."""
        assert TKE in self.open, f"{TKE} has failed, and there is no stack dev"
        self._begin(page, lambda: {**self._cloud_shell(Path(page).stem), **self.world.secrets()})

    def workflow(self, name: str) -> None:
        """On a runner of its own, which has the CLI and nothing of anybody's."""
        assert TKE in self.open, f"{TKE} has failed, and there is no stack dev"
        clone = self.world.clone(
            f"workflow-{name}", packages=name == "preview"
        )  # the other one makes its own
        environment = {**self._cloud_shell(Path(TKE).stem), "CI": "true"}
        environment["HOME"] = str(self.world.machine.home(clone.name))
        with Shell(clone, environment, self.world.folder / f"{clone.name}.log") as shell:
            for run in runs(clone / ".github" / "workflows" / f"{name}.yaml", self.world.of_github()):
                variables = [f"{key}={shlex.quote(value)}" for key, value in run.environment.items() if value]
                result = shell.type(" ".join([*variables, run.command]))
                assert result.code == 0, (
                    f"{name}: `{run.command}` ended with {result.code}:\n{result.output[-LAST:]}"
                )
        assert re.search(r"\d+ unchanged", result.output), "the stack is as it was merged"

    def _cloud_shell(self, name: str) -> dict[str, str]:
        shell = self.world.machine.shell(self.world.folder / name, "cloud")
        return {**shell, **self.world.online, **self.world.cloud()}

    def _begin(
        self, page: str, *environments: Environment, until: str = "", clone: Path | None = None
    ) -> None:
        session = self.world.page(page, *environments, until=until, clone=clone)
        self.open[page] = self._stack.enter_context(session)

    def go_on(self, page: str) -> None:
        assert page in self.open, f"{page} has failed already"
        self.open[page].run()


@pytest.fixture(scope="module")
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with ExitStack() as stack:
        place = stack.enter_context(world(tmp_path_factory.mktemp("docs"), SCRIPTS))
        stack.callback(place.end)
        yield Pages(place, stack)
        terminal = request.config.pluginmanager.get_plugin("terminalreporter")
        for line in ("", *timings(place.sessions)):
            terminal.write_line(line)


def test_readme_from_an_empty_machine_to_two_images(pages: Pages) -> None:
    pages.readme()


def test_every_command_of_the_sandbox(pages: Pages) -> None:
    pages.in_sandbox(COMMANDS)


def test_getting_started_from_the_sandbox_to_another_cluster(pages: Pages) -> None:
    pages.in_sandbox(GETTING_STARTED, until="make down")


def test_tencent_cloud_from_an_account_to_a_webhook(pages: Pages) -> None:
    pages.tke(until=LOST)


@pytest.mark.parametrize("page", [page for page in SCRIPTS if page not in IN_ORDER])
def test_a_page_that_goes_on_from_there(pages: Pages, page: str) -> None:
    pages.further_page(page)


@pytest.mark.parametrize("name", ["preview", "up"])
def test_a_workflow_does_what_its_steps_say(pages: Pages, name: str) -> None:
    pages.workflow(name)


def test_tencent_cloud_is_taken_down(pages: Pages) -> None:
    clone = pages.open[TKE].clone
    (clone / STACK_FILE).write_text(pages.world.deployed.read_text())  # as `git pull` would
    lose_state(pages.open[TKE])
    pages.go_on(TKE)


def test_the_sandbox_and_the_files_of_the_checkout_are_removed(pages: Pages) -> None:
    pages.go_on(README)
    pages.go_on(GETTING_STARTED)
