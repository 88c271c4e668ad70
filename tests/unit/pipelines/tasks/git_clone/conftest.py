"""A repository to clone from, and the step that does it."""

from pathlib import Path

import pytest

from pipelines.tasks import GIT_CLONE
from tests.support.steps import SHELLS, Step
from tests.unit.pipelines.tasks.git_clone.clone_step import commit, git


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """Two commits on main, and a branch with a third."""
    repository = tmp_path / "remote"
    repository.mkdir()
    git(repository, "init", "-q", "-b", "main")
    commit(repository, "file", "first")
    commit(repository, "file", "second")
    git(repository, "checkout", "-q", "-b", "feature/x")
    commit(repository, "file", "feature")
    git(repository, "tag", "-a", "v1", "-m", "v1")
    git(repository, "checkout", "-q", "main")
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    return repository


@pytest.fixture(params=SHELLS)
def step(request: pytest.FixtureRequest, tmp_path: Path) -> Step:
    return Step(GIT_CLONE.spec(image="git:1"), tmp_path / "step", shell=request.param)
