"""docs/status.md names each digest that is missing."""

import yaml

from settings import Images
from tests.support.program import ROOT

PAGE = (ROOT / "docs" / "status.md").read_text(encoding="utf-8")


def test_each_image_without_a_digest_is_named() -> None:
    without = {info.alias for name, info in Images.model_fields.items() if "@sha256:" not in info.default}
    (line,) = [line for line in PAGE.splitlines() if "pinned by tag only" in line]
    assert {name for name in line.split("`") if name.isalnum()} == without


def test_the_number_of_releases_without_a_digest_is_right() -> None:
    lock = yaml.safe_load((ROOT / "releases" / "releases.yaml").read_text(encoding="utf-8"))
    without = [name for name, release in lock.items() if not release.get("sha256")]
    assert [name.partition("-")[0] for name in without] == 5 * ["tekton"], (
        "docs/status.md says that five manifests of Tekton have none"
    )
