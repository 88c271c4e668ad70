"""Each tracked stack previewed with the real CLI and the official provider, where nothing runs at all.

No cluster, no account and no login, as in a review: the plan has every object that the program makes.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.checkout_stack import CheckoutStack, Plan
from tests.support import program
from tests.support.manifests import PATHS, served

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


def stack_file(stack: str) -> Path:
    return program.ROOT / f"Pulumi.{stack}.yaml"


STACKS = [file.stem.partition(".")[2] for file in sorted(program.ROOT.glob("Pulumi.*.yaml"))]
NGINX = "/kubernetes/ingress-nginx/controller-v1.15.1/deploy/static/provider/cloud/deploy.yaml"
CLOSED = "http://127.0.0.1:9"


@pytest.fixture
def releases() -> Iterator[str]:
    with served() as mirror:
        yield mirror


def settings(stack: str, folder: Path, mirror: str) -> dict[str, Any]:
    """The tracked settings, with releases from `mirror` and no kubeconfig."""
    tracked = yaml.safe_load(stack_file(stack).read_text())["config"]
    settings = {key.removeprefix("tekton-builds:"): value for key, value in tracked.items()}
    if settings["cluster"]["kind"] == "existing":
        settings["cluster"] = {**settings["cluster"], "kubeconfig": str(folder / "there-is-none")}
    lock = folder / "releases.yaml"  # the project's own has digests, and these files are small ones
    paths = {**PATHS, "ingress-nginx": NGINX}
    entries = {name: {"version": "v1", "urls": [f"{mirror}{path}"]} for name, path in paths.items()}
    lock.write_text(yaml.safe_dump(entries))
    settings.pop("releaseMirror", None)
    return {**settings, "releaseLock": str(lock)}


def registered(config: dict[str, Any], folder: Path) -> Plan:
    """Type and name of what the program registers, as the recorder of the unit tests sees it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "another-cache"))
        for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
            patch.delenv(name, raising=False)
        recording = program.run(config, {}, preview=True)
    return Counter((resource.type, resource.name) for resource in recording.resources)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("has_releases", [False, True], ids=["empty cache", "releases served"])
def test_a_preview_shows_everything_where_nothing_runs(
    tmp_path: Path, releases: str, stack: str, has_releases: bool
) -> None:
    config = settings(stack, tmp_path, releases if has_releases else CLOSED)
    expected = registered(config, tmp_path)
    planned = CheckoutStack(tmp_path / "preview", stack, config).planned()
    planned.subtract({("pulumi:pulumi:Stack", f"tekton-builds-{stack}"): 1})
    assert +planned == expected, "what a reviewer sees is not what the program makes"
    released = sum(count for (_, name), count in expected.items() if name.startswith("tekton-"))
    assert (released > 10) == has_releases, "the releases' objects are in the plan, one by one"


@pytest.mark.parametrize("stack", [name for name in STACKS if "kind: tke" in stack_file(name).read_text()])
def test_a_preview_that_asks_an_account_shows_the_same(tmp_path: Path, releases: str, stack: str) -> None:
    config = settings(stack, tmp_path, releases)
    expected = registered(config, tmp_path)
    account = {
        "TENCENTCLOUD_SECRET_ID": "of-a-model",
        "TENCENTCLOUD_SECRET_KEY": "of-a-model",
        "TENCENTCLOUD_STAND_IN_STATE": str(tmp_path / "account.json"),
    }
    planned = CheckoutStack(tmp_path / "preview", stack, config, account).planned()
    planned.subtract({("pulumi:pulumi:Stack", f"tekton-builds-{stack}"): 1})
    assert +planned == expected
