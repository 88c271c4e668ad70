"""A Dockerfile that fills its node's disk or memory: its build fails, with a sentence, and nothing else."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.push import Push, PushError
from sandbox.network import Network
from sandbox.stack.overrides import stack_overrides
from tests.e2e.kubectl import kubectl
from toolkit.paths import Paths

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

DISK_GIB, MEMORY_GIB = 2, 1
OVERSHOOT_GIB = 5  # that is allowed
DOCKERFILE = Path("backend", "Dockerfile")
TASK = "build-and-push-backend"
FILES = "RUN dd if=/dev/zero of=/large bs=1M count=30000"
NAMELESS = "RUN exec 9>/large && rm /large && dd if=/dev/zero bs=1M count=30000 >&9"
MEMORY = "RUN dd if=/dev/zero of=/dev/null bs=2047M count=1"


@pytest.fixture(scope="module", params=["buildkit", "docker"])
def stack(
    request: pytest.FixtureRequest, paths: Paths, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    builder = {
        "kind": request.param,
        "diskGib": DISK_GIB,
        "memoryGib": MEMORY_GIB,
        "egress": Network().egress,
    }
    with stack_overrides(
        paths, tmp_path_factory.mktemp("bounds") / "up.log", {"builder": builder}, {}
    ) as outputs:
        yield outputs


def other_pods(paths: Paths) -> dict[str, tuple[str, int]]:
    """The uid of each pod that is no build's, and how often its containers were started again."""
    items = json.loads(kubectl(paths, "get", "pods", "--all-namespaces", "--output=json"))["items"]
    return {
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']}": (
            pod["metadata"]["uid"],
            sum(status["restartCount"] for status in pod["status"].get("containerStatuses", ())),
        )
        for pod in items
        # A volume's helper comes and goes.
        if pod["metadata"]["namespace"] not in {"builds", "local-path-storage"}
    }


def evicted(paths: Paths) -> set[str]:
    items = json.loads(kubectl(paths, "get", "pods", "--all-namespaces", "--output=json"))["items"]
    return {pod["metadata"]["name"] for pod in items if pod["status"].get("reason") == "Evicted"}


@contextmanager
def least_free(folder: Path) -> Iterator[list[int]]:
    """The least that was free on the folder's disk meanwhile, in bytes, as the one entry of a list."""
    free, ended = [shutil.disk_usage(folder).free], threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            free[0] = min(free[0], shutil.disk_usage(folder).free)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield free
    finally:
        ended.set()
        watch.join()


def fails(push: Push, command: str) -> None:
    """Pushes a backend with this command; afterwards the tree is as it was."""
    original = ""

    def change(tree: Path) -> None:
        nonlocal original
        original = (tree / DOCKERFILE).read_text()
        (tree / DOCKERFILE).write_text(original.replace("USER", f"RUN echo {tree.name}\n{command}\nUSER", 1))

    try:
        with pytest.raises(PushError, match=TASK):
            push.run(change)
    finally:
        push.delivery(push.commit(lambda tree: (tree / DOCKERFILE).write_text(original)))


@pytest.mark.parametrize("command", [FILES, NAMELESS], ids=["a file", "a file without a name"])
def test_one_that_fills_the_disk_is_ended_before_its_node_is_short_of_it(
    push: Push, paths: Paths, screen: Console, stack: dict[str, Any], command: str
) -> None:
    before, evictions = other_pods(paths), evicted(paths)
    free = shutil.disk_usage(paths.state).free
    with least_free(paths.state) as least_bytes:
        fails(push, command)
    assert (
        f"the build took more than {DISK_GIB} GiB of its node's disk, and builder.diskGib"
        in screen.export_text()
    )
    assert free - least_bytes[0] < (DISK_GIB + OVERSHOOT_GIB) * 2**30, (
        "the node's disk was filled further than that"
    )
    assert other_pods(paths) == before
    assert evicted(paths) == evictions, "the build ended itself"


def test_one_that_fills_the_memory_is_ended_alone(
    push: Push, paths: Paths, screen: Console, stack: dict[str, Any]
) -> None:
    before, evictions = other_pods(paths), evicted(paths)
    fails(push, MEMORY)
    # Where the kernel ends the daemon with the build, nobody saw which of them took it.
    text = screen.export_text()
    assert f"more than {MEMORY_GIB} GiB of memory" in text
    assert "builder.memoryGib" in text
    assert other_pods(paths) == before
    assert evicted(paths) == evictions


def test_a_build_within_its_bounds_becomes_an_image(push: Push, stack: dict[str, Any]) -> None:
    assert len(push.run()) == 2
