"""The repository that a sandbox starts with."""

import subprocess

import pytest

from sandbox.forge.example_repository import EXAMPLE, PUBLIC_BASE, render


def test_both_dockerfiles_start_from_the_public_base_that_the_sandbox_replaces():
    for part in ("frontend", "backend"):
        text = (EXAMPLE / part / "Dockerfile").read_text()
        assert text.startswith(PUBLIC_BASE), f"{part}: the forge could not point it at the sandbox's image"
        assert "\nRUN " in text, f"{part}: without a RUN step a build that cannot run anything would pass"


def test_rendering_changes_the_base_image_and_nothing_else(tmp_path):
    render(tmp_path, "10.0.0.2:5000/sandbox/busybox:1.35")
    for original in (file for file in EXAMPLE.rglob("*") if file.is_file()):
        copy = tmp_path / original.relative_to(EXAMPLE)
        expected = original.read_text().replace(PUBLIC_BASE, "FROM 10.0.0.2:5000/sandbox/busybox:1.35\n")
        assert copy.read_text() == expected, f"{copy.name} is not what stands in the project"
        assert copy.stat().st_mode == original.stat().st_mode, "a program that cannot be run is no program"


def test_a_dockerfile_from_another_base_is_refused_by_name(tmp_path, monkeypatch):
    (tmp_path / "source" / "backend").mkdir(parents=True)
    (tmp_path / "source" / "backend" / "Dockerfile").write_text("FROM alpine\n")
    monkeypatch.setattr("sandbox.forge.example_repository.EXAMPLE", tmp_path / "source")
    with pytest.raises(ValueError, match="backend/Dockerfile does not start with"):
        render(tmp_path / "copy", "base")


def test_the_backends_own_test_passes():
    done = subprocess.run([EXAMPLE / "backend" / "test.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"its image could never be built: {done.stderr}"


def test_the_backends_own_test_notices_a_wrong_answer(tmp_path):
    render(tmp_path, "base")
    greet = tmp_path / "backend" / "cgi-bin" / "greet"
    greet.write_text(greet.read_text().replace("Hello", "Goodbye"))
    done = subprocess.run([tmp_path / "backend" / "test.sh"], capture_output=True, text=True, check=False)
    assert done.returncode != 0, "a broken program would become an image"
    assert "Goodbye" in done.stderr, "the build's log must say what was wrong"
