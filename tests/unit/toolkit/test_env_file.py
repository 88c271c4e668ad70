"""The file to source: it must survive any path, any shell, and being sourced twice."""

import os
import subprocess
from pathlib import Path

import pytest

from toolkit import env_file

NASTY = 'it\'s a "test" $HOME `id` \\ end'


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_every_value_arrives_as_it_is(shell: str, tmp_path: Path) -> None:
    folder = tmp_path / NASTY
    folder.mkdir()
    file = folder / "env"
    env_file.write(file, {"PULUMI_HOME": NASTY}, folder / "bin")
    script = '. "$1"; . "$1"; printf "%s\\n%s" "$PULUMI_HOME" "$PATH"'
    done = subprocess.run(
        [shell, "-euc", script, shell, str(file)],
        env={"PATH": os.environ["PATH"], "PULUMI_CONFIG_PASSPHRASE": "the user's own"},
        capture_output=True,
        text=True,
        check=True,
    )
    home, path = done.stdout.split("\n")
    assert home == NASTY
    assert path == f"{folder}/bin:{os.environ['PATH']}", "first on PATH, and once however often it is sourced"
    assert done.stderr == ""


def test_the_users_own_passphrase_does_not_lock_the_stack(tmp_path: Path) -> None:
    file = tmp_path / "env"
    env_file.write(file, {"PULUMI_CONFIG_PASSPHRASE_FILE": "/p"}, tmp_path)
    done = subprocess.run(
        ["sh", "-c", f". {file}; env"],
        env={"PATH": os.environ["PATH"], "PULUMI_CONFIG_PASSPHRASE": "other"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PULUMI_CONFIG_PASSPHRASE=" not in done.stdout, "the CLI would prefer it to the file"


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "env"
    env_file.write(file, {}, tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_line_to_type_is_short_where_it_can_be_and_right_everywhere(tmp_path: Path) -> None:
    assert env_file.line_for(tmp_path / ".sandbox" / "env", tmp_path) == ". .sandbox/env"
    assert env_file.line_for(Path("/a b/env"), tmp_path) == ". '/a b/env'"
