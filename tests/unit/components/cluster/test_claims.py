"""What may not be in a cluster as somebody else's is all that the program makes outside namespaces."""

from pathlib import Path
from typing import Any

import pytest

from components import claims as module
from inspection.cluster import PATHS
from tests.support import program
from tests.support.manifests import served
from tests.support.recorded import Recording


@pytest.mark.parametrize(
    "settings",
    [{}, {"builder": {"buildkitdVolumeGib": 10}}, {"ingress": {"kind": "none"}}],
    ids=["everything", "shared", "no controller"],
)
def test_every_object_outside_namespaces_is_claimed(tmp_path: Path, settings: dict[str, Any]) -> None:
    claimed: list[tuple[str, str]] = []
    original = module.claims

    def recorded(*arguments: Any) -> list[tuple[str, str]]:
        claimed.extend(original(*arguments))
        return claimed

    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        patch.setattr(module, "claims", recorded)
        given = {**program.config(tmp_path / "kubeconfig"), **settings, "releaseMirror": mirror}
        recording = program.run(given)
    assert sorted(claimed) == sorted(made(recording)), "the provider would take over what is not claimed"


def made(recording: Recording) -> list[tuple[str, str]]:
    objects = [one for one in recording.resources if one.kubernetes]
    kinds = {one.type.rpartition(":")[2] for one in objects if "namespace" not in one.plain()["metadata"]}
    assert kinds <= PATHS.keys() | {"ClusterInterceptor"}, "a kind that nobody looks for"
    return [
        (kind, one.plain()["metadata"]["name"])
        for one in objects
        if (kind := one.type.rpartition(":")[2]) in PATHS
    ]
