"""README.md and docs/, typed as they stand there. The tests run in the order in which they stand here.

README's sandbox is everybody's cluster: the stacks of docs/ are put into it when README's own is gone, and
before README takes the sandbox away.
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

README, TKE = "README.md", "docs/tke.md"


class Pages:
    """The sessions that are open, and those that are done."""

    def __init__(self, world: World, stack: ExitStack) -> None:
        self.world = world
        self._stack = stack
        self.open: dict[str, Session] = {}

    def readme(self, until: str) -> None:
        shell, clone = self.world.machine.shell, self.world.sandbox
        self._begin(
            README,
            lambda: shell(clone, "sandbox"),
            lambda: {**shell(clone, "own"), **self.world.online, **self.world.own_backend()},
            until=until,
        )

    def tke(self, until: str) -> None:
        assert README in self.open, f"{README} has failed, and there is no cluster"
        self._begin(TKE, lambda: self._cloud_shell("tke"), until=until)

    def other(self, page: str) -> None:
        """A page that goes on from docs/tke.md, in a clone of its own."""
        assert TKE in self.open, f"{TKE} has failed, and there is no stack dev"
        self._begin(page, lambda: {**self._cloud_shell(Path(page).stem), **self.world.secrets()})

    def workflow(self, name: str) -> None:
        """On a runner of its own, which has the CLI and nothing of anybody's."""
        assert TKE in self.open, f"{TKE} has failed, and there is no stack dev"
        clone = self.world.clone(
            f"workflow-{name}", packages=name == "preview"
        )  # the other one makes its own
        environment = {**self._cloud_shell("tke"), "CI": "true"}
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

    def _begin(self, page: str, *environments: Environment, until: str = "") -> None:
        self.open[page] = self._stack.enter_context(self.world.page(page, *environments, until=until))

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


def test_readme_from_an_empty_machine_to_a_cluster_of_ones_own(pages: Pages) -> None:
    pages.readme(until="make down")


def test_tencent_cloud_from_an_account_to_a_webhook(pages: Pages) -> None:
    pages.tke(until=LOST)


@pytest.mark.parametrize("page", [page for page in SCRIPTS if page not in (README, TKE)])
def test_a_page_that_goes_on_from_there(pages: Pages, page: str) -> None:
    pages.other(page)


@pytest.mark.parametrize("name", ["preview", "up"])
def test_a_workflow_does_what_its_steps_say(pages: Pages, name: str) -> None:
    pages.workflow(name)


def test_tencent_cloud_is_taken_down(pages: Pages) -> None:
    clone = pages.open[TKE].clone
    (clone / STACK_FILE).write_text(pages.world.deployed.read_text())  # as `git pull` would
    lose_state(pages.open[TKE])
    pages.go_on(TKE)


def test_readme_takes_everything_away(pages: Pages) -> None:
    pages.go_on(README)
