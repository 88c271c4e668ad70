"""One buildkitd for all builds, and the mirror of a registry that it asks first."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.push import Push
from sandbox.network import Network
from sandbox.sandbox import BASE_IMAGE
from sandbox.stack.overrides import stack_overrides
from tests.e2e.hostile import CONTROLS, HARMLESS, escaped
from tests.e2e.image_content import content
from tests.e2e.kubectl import kubectl
from tests.e2e.slow_build import building
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

NAMESPACE, POD = "builds-buildkitd", "buildkitd-0"
MIRROR = "mirror-of-a-test"
ELSEWHERE = "registry.invalid/library/base:1"  # a name that leads nowhere, so only a mirror can have it
BACKEND = Path("backend", "Dockerfile")


@pytest.fixture(scope="module")
def mirrored(push: Push) -> str:
    """The URL of a place in the sandbox's registry that has ELSEWHERE."""
    registry = Network().registry
    path = ELSEWHERE.partition("/")[2]
    push.crane.copy(f"{registry}/{BASE_IMAGE}", f"{registry}/{MIRROR}/{path}")
    return f"http://{registry}/{MIRROR}"


@pytest.fixture(scope="module")
def shared_stack(
    paths: Paths, mirrored: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    builder = {
        "buildkitdVolumeGib": 10,
        "parallel": 2,
        "registryMirrors": {"registry.invalid": mirrored},
        "egress": Network().egress,
    }
    with stack_overrides(
        paths, tmp_path_factory.mktemp("shared") / "up.log", {"builder": builder}, {}
    ) as outputs:
        yield outputs
    remaining = kubectl(paths, "get", "namespaces,persistentvolumeclaims", "--all-namespaces")
    assert NAMESPACE not in remaining, "it goes with its volume"


def daemon(paths: Paths, *arguments: str) -> str:
    return kubectl(paths, "exec", "--namespace", NAMESPACE, POD, "--", *arguments)


def test_a_push_becomes_images_by_way_of_it(push: Push, paths: Paths, shared_stack: dict[str, Any]) -> None:
    assert len(push.run()) == 2
    assert "gzip" in daemon(paths, "buildctl", "du", "--verbose"), "the layer of its RUN is there"


def test_a_from_line_is_answered_by_the_mirror(
    push: Push, shared_stack: dict[str, Any], tmp_path: Path
) -> None:
    original = ""

    def change(tree: Path) -> None:
        nonlocal original
        original = (tree / BACKEND).read_text()
        (tree / BACKEND).write_text(f"FROM {ELSEWHERE}\nRUN echo mirrored >/said\n")

    try:
        (image,) = [
            built_image for built_image in push.run(change) if built_image.task == "build-and-push-backend"
        ]
        assert content(push, image.reference, "said", tmp_path) == "mirrored\n"
    finally:
        push.run(lambda tree: (tree / BACKEND).write_text(original))


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--tlscacert=/certificates/ca.pem",),
        ("--tlsdir=/certificates",),
    ],
    ids=["nothing", "the authority", "the server's own certificate"],
)
def test_nobody_is_let_in_without_the_clients_certificate(
    paths: Paths, shared_stack: dict[str, Any], options: tuple[str, ...]
) -> None:
    call = ("buildctl", "--addr=tcp://127.0.0.1:1234", "--tlsservername=buildkitd.builds-buildkitd")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        daemon(paths, *call, *options, "debug", "workers")
    assert "Unavailable" in refused.value.stderr, (
        "it takes no call; what a build's certificate opens is shown above"
    )


def test_a_dockerfile_gets_neither_the_node_nor_a_secret(
    push: Push, shared_stack: dict[str, Any], tmp_path: Path
) -> None:
    could = escaped(push, tmp_path)
    assert could >= CONTROLS, "the attempts were made"
    assert could <= HARMLESS, f"a Dockerfile could {', '.join(could - HARMLESS)}"


def test_a_daemon_that_dies_in_the_middle_of_a_build_is_asked_again(
    push: Push, paths: Paths, shared_stack: dict[str, Any]
) -> None:
    with building(push) as (_, run, _):
        kubectl(paths, "delete", "pod", "--namespace", NAMESPACE, POD, "--grace-period=0", "--force")
        assert len(push.follow(run)) == 2

    def runs() -> bool | str:
        phase = kubectl(
            paths, "get", "pod", "--namespace", NAMESPACE, POD, "--output", "jsonpath={.status.phase}"
        )
        return phase == "Running" or phase

    wait_for("the daemon to be there again", runs, 60)
