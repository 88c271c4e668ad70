"""The build step with a BuildKit that is played, and a repository of one image."""

from pathlib import Path

import pytest

from components.tasks import build_image
from tests.unit.build_image.buildkit import Played
from tests.unit.steps import SHELLS, Step


@pytest.fixture
def buildkit(tmp_path: Path) -> Played:
    return Played(tmp_path / "bin")


@pytest.fixture(params=SHELLS)
def step(request: pytest.FixtureRequest, tmp_path: Path, buildkit: Played) -> Step:
    step = Step(build_image.spec("buildkit:1", "4Gi"), tmp_path / "step", shell=request.param)
    step.path = f"{buildkit.folder}:{step.path}"
    source = step.workspace("source")
    (source / "frontend").mkdir()
    (source / "frontend" / "Dockerfile").write_text("FROM scratch\n")
    return step
