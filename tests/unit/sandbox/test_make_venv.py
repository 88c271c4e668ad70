"""What `make` does before anything else: a virtual environment, with whatever Python the machine has."""

import subprocess
from pathlib import Path

import pytest

from toolkit.paths import CHECKOUT

SCRIPT = CHECKOUT / "sandbox" / "make-venv"
# Answers as Python does to what the script asks; `{has_venv}` is a command that says whether it has venv.
PYTHON = """#!/bin/sh
case "$*" in
*"version_info < (3, 11)"*) exit {old} ;;
*"%d.%d"*) echo 3.11 ;;
*ensurepip*) {has_venv} ;;
"-m venv .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
*"pip install"*) echo "$@" >installed ;;
*"pip --version"*) exit 0 ;;
esac
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder that is all of PATH, with the few programs that every machine has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "id", "mkdir", "cp", "rm", "touch"):
        (folder / name).symlink_to(f"/bin/{name}" if Path(f"/bin/{name}").exists() else f"/usr/bin/{name}")
    return folder


def program(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


def run(path: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", SCRIPT], cwd=folder, env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )


def test_a_machine_without_python_is_told_what_to_install(path: Path, tmp_path: Path) -> None:
    done = run(path, tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, "one sentence"
    assert "no Python >= 3.11" in done.stderr


def test_an_old_python_is_none(path: Path, tmp_path: Path) -> None:
    program(path / "python3", PYTHON.format(old=1, has_venv="true"))
    assert "no Python >= 3.11" in run(path, tmp_path).stderr


def test_the_packages_are_installed_by_their_pins_and_the_mark_comes_last(path: Path, tmp_path: Path) -> None:
    program(path / "python3", PYTHON.format(old=0, has_venv="true"))
    done = run(path, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "--constraint constraints.txt" in (tmp_path / "installed").read_text()
    assert (tmp_path / ".venv" / ".made").exists(), "`make` looks at it"


def test_what_debian_leaves_out_is_installed(path: Path, tmp_path: Path) -> None:
    has = tmp_path / "has-venv"
    program(path / "python3", PYTHON.format(old=0, has_venv=f"[ -e {has} ]"))
    program(path / "apt-get", f'#!/bin/sh\necho "$@" >>{tmp_path}/apt\ntouch {has}\n')
    (path / "id").unlink()
    program(path / "id", "#!/bin/sh\necho 0\n")
    done = run(path, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "python3.11-venv" in (tmp_path / "apt").read_text()


def test_who_may_not_install_is_told_what_is_missing(path: Path, tmp_path: Path) -> None:
    program(path / "python3", PYTHON.format(old=0, has_venv="false"))
    (path / "id").unlink()
    program(path / "id", "#!/bin/sh\necho 1000\n")
    done = run(path, tmp_path)
    assert done.returncode == 1
    assert "install python3.11-venv" in done.stderr
    assert done.stderr.count("\n") == 1
