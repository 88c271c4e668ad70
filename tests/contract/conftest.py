"""The program, run once per kind of stack; every contract looks at the same recording."""

from pathlib import Path

import pytest

from tests import program
from tests.recorded import Recording


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A stack with everything set."""
    return program.whole(tmp_path_factory.mktemp("stack"))


@pytest.fixture
def root() -> Path:
    return program.ROOT
