"""The scripts that the engine starts: from any folder, through links, quiet at their end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from toolkit.paths import CHECKOUT
from toolkit.polling import wait_for

PLUGINS = ("pulumi-language-python", "pulumi-resource-random", "pulumi-resource-tencentcloud")


@contextmanager
def started(command: list[str], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process in this folder that is gone at the end, whatever happened."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_serves_from_any_folder_and_ends_without_a_word(
    name: str, end: signal.Signals, tmp_path: Path
) -> None:
    link = tmp_path / "a folder" / name
    link.parent.mkdir()
    link.symlink_to(CHECKOUT / "plugins" / "bin" / name)
    with started([str(link), "127.0.0.1:1"], tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit(), "the engine reads the port from the first line"
        os.killpg(process.pid, end)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", ""), (
            "a traceback at the end of every `up` helps nobody"
        )


def test_a_plugin_ends_when_its_engine_is_killed(tmp_path: Path) -> None:
    """A killed engine runs no code, so the plugin itself has to look."""
    engine = f"import subprocess, sys; subprocess.run([{str(CHECKOUT / 'plugins/bin' / PLUGINS[1])!r}, 'x'])"
    with started([sys.executable, "-c", engine], tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        plugin = Path("/proc", children.read_text().split()[0])
        process.kill()
        wait_for("the plugin's end", lambda: not plugin.exists() or "it still runs", seconds=20)


def test_a_checkout_without_its_environment_says_what_to_run(tmp_path: Path) -> None:
    folder = tmp_path / "plugins" / "bin"
    folder.mkdir(parents=True)
    for name in ("launch", PLUGINS[0]):
        (folder / name).write_bytes((CHECKOUT / "plugins" / "bin" / name).read_bytes())
        (folder / name).chmod(0o755)
    done = subprocess.run([folder / PLUGINS[0]], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, "one sentence"
    assert f"run `make venv` in {tmp_path}" in done.stderr
