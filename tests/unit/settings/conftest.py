"""A stack with everything set."""

from pathlib import Path

import pytest

from tests.support.program import config
from tests.unit.settings.loading import Given


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return config(tmp_path / "kubeconfig")
