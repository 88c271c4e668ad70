"""The whole program against the recorder, with settings that a real stack could have."""

import runpy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from inspection import cluster as inspection
from inspection.kubeconfig import Kubeconfig
from tests.support.manifests import served
from tests.support.recorded import Recording, record

ROOT = Path(__file__).resolve().parents[2]

PASSWORD, TOKEN = "registry-pass-word", "git-to-ken"
SECRETS = {"registryPassword": PASSWORD, "gitPassword": TOKEN}
KUBECONFIG = """apiVersion: v1
kind: Config
clusters:
- name: here
  cluster:
    server: https://192.0.2.1:6443
users:
- name: somebody
  user:
    token: kube-to-ken
contexts:
- name: somewhere
  context:
    cluster: here
    user: somebody
current-context: somewhere
"""
API_ADDRESS = "192.0.2.1"
UID = "11111111-2222-4333-8444-555555555555"


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
    cluster: Callable[[Kubeconfig], Any] | None = None,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
) -> Recording:
    """Runs __main__.py as `pulumi up` would."""

    def body() -> None:
        runpy.run_path(str(ROOT / "__main__.py"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspection, "look", cluster or EmptyCluster)
        return record(
            body,
            config=given,
            secrets=SECRETS if secrets is None else secrets,
            preview=preview,
            answers=answers,
        )


@dataclass(frozen=True)
class EmptyCluster:
    """What a look at a cluster without anything of ours finds."""

    kubeconfig: Kubeconfig
    uid: str = UID
    version: str = "v1.34.4"
    namespaces: Mapping[str, str] = field(default_factory=lambda: {"kube-system": UID})
    there: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of objects by kind."""
    silent: Sequence[tuple[str, str]] = ()
    """Services without a ready pod."""

    def names(self, kind: str) -> Collection[str]:
        return self.namespaces.keys() if kind == "Namespace" else self.there.get(kind, ())

    def api_servers(self) -> list[tuple[str, int]]:
        return [(API_ADDRESS, 6443)]

    def without_endpoints(self, services: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
        return [service for service in self.silent if service in services]


def whole(folder: Path) -> Recording:
    """A stack with everything set; its release manifests come from a mirror of the test's own."""
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return run({**config(folder / "kubeconfig"), "releaseMirror": mirror})
