"""A Dockerfile is a stranger's program: what one can do that tries to get out of its build."""

import subprocess
from pathlib import Path

import pytest

from cli.push import Push
from tests.e2e.hostile import CONTROLS, HARMLESS, escaped
from toolkit.paths import Paths

pytestmark = pytest.mark.e2e


def test_a_dockerfile_gets_neither_the_node_nor_a_secret_nor_another_run(push: Push, tmp_path: Path) -> None:
    could = escaped(push, tmp_path)
    assert could >= CONTROLS, "the attempts were made"
    assert could <= HARMLESS, f"a Dockerfile could {', '.join(could - HARMLESS)}"


def test_without_a_token_the_api_server_shows_nothing(paths: Paths) -> None:
    kubectl = [paths.state / "bin" / "kubectl", "--kubeconfig", paths.kubeconfig]
    command = [*kubectl, "--as=system:anonymous", "get", "secrets", "--namespace", "builds"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 'User "system:anonymous" cannot list resource "secrets"' in result.stderr, (
        result.stdout + result.stderr
    )
