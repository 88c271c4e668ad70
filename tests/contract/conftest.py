"""The program, run once per kind of stack; every contract looks at the same recordings."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import program
from tests.support.manifests import served
from tests.support.recorded import Recording

BUILDERS: dict[str, dict[str, Any]] = {
    "buildkit": {},
    "docker": {"kind": "docker"},
    "shared": {"buildkitdVolumeGib": 20},
}


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A stack with everything set."""
    return program.whole(tmp_path_factory.mktemp("stack"))


@pytest.fixture(scope="session", params=BUILDERS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Recording]:
    """A stack of each kind of builder, whose forge is told of builds; and the kind."""
    folder = tmp_path_factory.mktemp(request.param)
    settings = {
        **program.config(folder / "kubeconfig"),
        "builder": BUILDERS[request.param],
        "commitStatus": {"api": "https://git.example.com/api/v1"},
    }
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        secrets = {**program.SECRETS, "statusToken": "status-to-ken"}
        return request.param, program.run({**settings, "releaseMirror": mirror}, secrets)


@pytest.fixture
def root() -> Path:
    return program.ROOT
