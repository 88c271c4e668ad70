"""A push becomes images: the main job, with nothing replaced by a fake."""

import secrets
import subprocess
from pathlib import Path

import pytest

from cli.push import Push, PushError
from sandbox.forge.example_repository import EXAMPLE
from tests.e2e.image_content import content
from toolkit.paths import CHECKOUT

pytestmark = pytest.mark.e2e


SECONDS = 600
GREET = Path("backend", "cgi-bin", "greet")


def repaired(tree: Path) -> None:
    """Whatever a test that was interrupted left in the repository: the backend works again."""
    (tree / GREET).write_text((EXAMPLE / GREET).read_text())


def test_a_push_becomes_two_images_built_from_exactly_the_pushed_commit(push: Push, tmp_path):
    marker = secrets.token_hex(8)

    def change(tree: Path) -> None:
        repaired(tree)
        (tree / "frontend" / "www" / "marker.txt").write_text(f"frontend {marker}")
        (tree / "backend" / "marker.txt").write_text(f"backend {marker}")

    images = {image.task: image.reference for image in push.run(change)}
    assert len(images) == 2, f"one image each for frontend and backend, not {images}"
    for task, reference in images.items():
        part = "frontend" if "frontend" in task else "backend"
        file = "www/marker.txt" if part == "frontend" else "backend/marker.txt"
        assert content(push, reference, file, tmp_path) == f"{part} {marker}", (
            f"{reference} was built from another commit than the pushed one"
        )


def test_make_push_shows_the_event_the_run_its_steps_and_both_images():
    result = subprocess.run(
        ["make", "push"], cwd=CHECKOUT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for word in (
        "pushed",
        "event",
        "PipelineRun github-run-",
        "clone / clone: done",
        "apps/frontend",
        "apps/backend",
    ):
        assert word in result.stdout, f"{word!r} is missing in:\n{result.stdout}"
    assert result.stdout.count("@sha256:") == 2, "both references, by digest"


def test_a_build_that_fails_is_told_by_its_step_and_its_log_and_the_next_one_succeeds(push: Push, screen):
    def broken(tree: Path) -> None:
        greet = tree / GREET
        greet.write_text(greet.read_text().replace("Hello", "Goodbye"))

    with pytest.raises(PushError, match=r"failed at .*backend"):
        push.run(broken)
    assert "'Goodbye, world!'" in screen.export_text(), "the failed step's log says what was wrong"
    assert len(push.run(repaired)) == 2, "a failed build must not be in the way of the next one"
