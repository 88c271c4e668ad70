"""`make kubeconfig` on the running sandbox, in a home of the test's own."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from toolkit.paths import CHECKOUT, Paths

pytestmark = pytest.mark.e2e

USER_KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "theirs", "cluster": {"server": "https://192.0.2.1"}}],
    "users": [{"name": "theirs", "user": {}}],
    "contexts": [{"name": "theirs", "context": {"cluster": "theirs", "user": "theirs"}}],
    "current-context": "theirs",
}


@pytest.fixture
def home(tmp_path: Path, paths: Paths) -> Path:
    file = tmp_path / ".kube" / "config"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(USER_KUBECONFIG))
    return tmp_path


def make(home: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}
    result = subprocess.run(
        ["make", "kubeconfig", *arguments],
        cwd=CHECKOUT,
        env={**environment, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def merged(home: Path) -> dict[str, Any]:
    kubeconfig: dict[str, Any] = yaml.safe_load((home / ".kube" / "config").read_text())
    return kubeconfig


def test_the_cluster_is_a_context_beside_the_users_own_and_goes_again(home: Path) -> None:
    assert "Ready" in make(home), "the nodes are shown through the merged file"
    assert merged(home)["current-context"] == "theirs", "nobody asked to switch"
    names = [context["name"] for context in merged(home)["contexts"]]
    assert names == ["theirs", "tekton-builds-sandbox"]
    assert (home / ".kube" / "config").stat().st_mode & 0o777 == 0o600, "it opens a cluster"
    make(home, "USE=1")
    assert merged(home)["current-context"] == "tekton-builds-sandbox"
    make(home, "REMOVE=1")
    remaining = {key: merged(home)[key] for key in ("clusters", "users", "contexts")}
    assert remaining == {key: USER_KUBECONFIG[key] for key in remaining}, (
        "what was the user's is the user's still"
    )
    (backup,) = [
        file for file in sorted((home / ".kube").glob("config.*.bak")) if "tekton" not in file.read_text()
    ][:1]
    assert yaml.safe_load(backup.read_text()) == USER_KUBECONFIG, "the file as it was is kept"
