"""The program, run once per kind of stack; every contract looks at the same recording."""

from pathlib import Path

import pytest

from tests import program
from tests.manifests import served
from tests.recorded import Recording


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A stack with everything set."""
    folder = tmp_path_factory.mktemp("stack")
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return program.run({**program.config(folder / "kubeconfig"), "releaseMirror": mirror})


@pytest.fixture
def root() -> Path:
    return program.ROOT
