"""What upstream's releases bring breaks no policy, as they bring it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from policy.rules.releases import RELEASE_ROLES
from tests.unit.policy.judge import case, sentences

UPSTREAM = Path(__file__).parent / "upstream"
RELEASES = sorted(UPSTREAM.glob("*.yaml"))
DIGEST = "sha256:" + "5" * 64


def objects(release: Path) -> Iterator[dict[str, Any]]:
    """The facts, with an image for each that is built or whose digest is left out."""
    text = release.read_text(encoding="utf-8")
    text = text.replace("@DIGEST", f"@{DIGEST}").replace(
        "image: BUILT", f"image: ghcr.io/upstream/a@{DIGEST}"
    )
    yield from yaml.safe_load_all(text)


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_no_object_of_a_release_breaks_a_policy(release: Path, stack: str) -> None:
    broken = [
        (item["kind"], item["metadata"]["name"], sentence)
        for item in objects(release)
        for sentence in sentences(case(item), stack=stack)
    ]
    assert broken == []


def test_all_releases_are_here_with_their_pods_and_rights() -> None:
    names = [path.stem for path in RELEASES]
    assert names == [
        "ingress-nginx-v1.15.1",
        "ingress-nginx-v1.4.0",
        "tekton-dashboard-v0.71.0",
        "tekton-pipelines-v1.15.0",
        "tekton-triggers-v0.37.0",
    ]
    for release in RELEASES:
        kinds = {item["kind"] for item in objects(release)}
        assert {"ClusterRole", "ClusterRoleBinding", "Deployment", "Service"} <= kinds


@pytest.mark.parametrize(("release", "name"), RELEASE_ROLES)
def test_each_exception_is_a_role_that_is_there_and_needs_it(release: str, name: str) -> None:
    (role,) = [
        item
        for path in RELEASES
        if path.stem.startswith(release) and path.stem != "ingress-nginx-v1.4.0"
        for item in objects(path)
        if (item["kind"], item["metadata"]["name"]) == ("ClusterRole", name)
    ]
    assert role["metadata"]["labels"]["app.kubernetes.io/part-of"] == release
    role["metadata"]["name"] = "another"
    assert len(sentences(case(role))) == 1, "without its name it would be refused"
