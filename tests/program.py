"""The whole program against the recorder, with settings that a real stack could have."""

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.manifests import served
from tests.recorded import Recording, record

ROOT = Path(__file__).resolve().parent.parent

PASSWORD, TOKEN = "registry-pass-word", "git-to-ken"
SECRETS = {"registryPassword": PASSWORD, "gitPassword": TOKEN}
KUBECONFIG = "apiVersion: v1\nkind: Config\nusers: [{name: a, user: {token: kube-to-ken}}]\n"


def config(kubeconfig: Path) -> dict[str, Any]:
    """Plain settings of a stack with everything set."""
    kubeconfig.write_text(KUBECONFIG, encoding="utf-8")
    return {
        "cluster": {"kind": "existing", "kubeconfig": str(kubeconfig)},
        "ingress": {"kind": "traefik", "host": "hooks.example.com"},
        "registry": {"server": "registry.example.com:5000", "namespace": "apps"},
        "registryUsername": "builder",
        "gitUsername": "reader",
        "repositories": [
            {
                "url": "https://git.example.com/Team/Shop.git",
                "branches": ["main", "release/1.x"],
                "images": [
                    {"name": "frontend", "context": "frontend"},
                    {"name": "backend", "context": "backend", "dockerfile": "docker/Dockerfile"},
                ],
            }
        ],
    }


def run(
    given: Mapping[str, Any],
    secrets: Mapping[str, str] | None = None,
    *,
    preview: bool = False,
) -> Recording:
    """Runs __main__.py as `pulumi up` would."""

    def body() -> None:
        runpy.run_path(str(ROOT / "__main__.py"))

    return record(body, config=given, secrets=SECRETS if secrets is None else secrets, preview=preview)


def whole(folder: Path) -> Recording:
    """A stack with everything set; its release manifests come from a mirror of the test's own."""
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return run({**config(folder / "kubeconfig"), "releaseMirror": mirror})
