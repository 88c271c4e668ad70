"""An entry of the cache is made once, by whoever comes first, and wholly or not at all."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox.toolchain.cache import Cache
from toolkit.paths import CHECKOUT


def test_cleaning_keeps_what_the_pins_name_and_what_is_being_made(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for entry in ("etcd-old", "etcd-new"):
        cache.make(entry, lambda folder: (folder / "file").touch())
    (tmp_path / "left.partial").mkdir()

    def build(folder: Path) -> None:
        assert cache.clean(frozenset({"etcd-new"})) == ["etcd-old", "left.partial"]
        assert folder.is_dir(), "another command's build goes on"

    cache.make("busy", build)
    assert cache.has("etcd-new")
    assert not cache.has("etcd-old")


def test_who_waits_for_anothers_build_gets_its_entry(tmp_path: Path) -> None:
    made = []

    def build(folder: Path) -> None:
        made.append(folder)
        second.start()
        waits.wait(10)

    cache, waits = Cache(tmp_path), threading.Event()
    second = threading.Thread(target=cache.make, args=("etcd-1", build, waits.set))
    cache.make("etcd-1", build)
    second.join(10)
    assert waits.is_set(), "it looked whether it was called off"
    assert made == [tmp_path / "etcd-1.partial"], "the entry is made once"


def test_who_waits_can_be_called_off(tmp_path: Path) -> None:
    def called_off() -> None:
        raise KeyboardInterrupt

    code = f"""
import pathlib, sys
from sandbox.toolchain.cache import Cache
cache = Cache(pathlib.Path({str(tmp_path)!r}))
cache.make("etcd-1", lambda _: (print("builds", flush=True), sys.stdin.read()))
"""
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "builds\n"
        with pytest.raises(KeyboardInterrupt):
            Cache(tmp_path).make("etcd-1", lambda _: pytest.fail("both at once"), called_off)
        other.kill()
    folder = Cache(tmp_path).make("etcd-1", lambda partial: (partial / "whole").touch())
    assert (folder / "whole").exists(), "the lock of a killed build is free"


def test_what_a_killed_build_left_is_cleared_by_the_next_one(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    (tmp_path / "etcd-1.partial").mkdir()
    (tmp_path / "etcd-1.partial/half").touch()
    folder = cache.make("etcd-1", lambda partial: (partial / "whole").touch())
    assert [path.name for path in folder.iterdir()] == ["whole"]
