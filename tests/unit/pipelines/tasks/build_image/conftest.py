"""The build step with a BuildKit that is played, and a repository of one image."""

from pathlib import Path

import pytest

from pipelines.tasks import Object, build_image
from tests.support.steps import BOUNDS, SHELLS, Step
from tests.unit.pipelines.tasks.build_image.buildkit import Played


@pytest.fixture
def buildkit(tmp_path: Path) -> Played:
    return Played(tmp_path / "bin")


@pytest.fixture
def configured() -> str:
    """A buildkitd.toml with what a shell might take for something of its own."""
    return '[registry."a%s$HOME\\\\n"]\nhttp = true\n'


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def step(shell: str, tmp_path: Path, buildkit: Played, configured: str) -> Step:
    return _with_source(build_image.spec("buildkit:1", BOUNDS, config=configured), tmp_path, buildkit, shell)


@pytest.fixture
def calling(shell: str, tmp_path: Path, buildkit: Played) -> Step:
    """The step where builds share a buildkitd."""
    shared = build_image.Shared(address="tcp://buildkitd.builds-buildkitd:1234", secret="client")
    return _with_source(build_image.spec("buildkit:1", BOUNDS, shared=shared), tmp_path, buildkit, shell)


def _with_source(task: Object, folder: Path, buildkit: Played, shell: str) -> Step:
    step = Step(task, folder / "step", shell=shell)
    step.path = f"{buildkit.folder}:{step.path}"
    source = step.workspace("source")
    (source / "frontend").mkdir()
    (source / "frontend" / "Dockerfile").write_text("FROM scratch\n")
    return step
