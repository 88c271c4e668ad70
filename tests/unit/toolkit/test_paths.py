"""Where the user's cache is."""

from pathlib import Path

import pytest

from releases import source
from toolkit.paths import cache_folder, user_cache


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "TEKTON_BUILDS_CACHE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_cache_is_below_the_home_folder_and_is_not_made_by_asking(home: Path) -> None:
    assert user_cache() == cache_folder() == home / ".cache" / "tekton-builds"
    assert list(home.iterdir()) == []


def test_xdg_cache_home_moves_all_of_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", f"{home}/elsewhere")
    assert user_cache() == cache_folder() == home / "elsewhere" / "tekton-builds"
    assert source.cache_folder() == home / "elsewhere" / "tekton-builds" / "releases"


@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_a_cache_home_that_the_specification_does_not_allow_counts_as_none(
    home: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert user_cache() == home / ".cache" / "tekton-builds"


def test_the_toolchains_cache_has_a_variable_of_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEKTON_BUILDS_CACHE", "~/built")
    assert cache_folder() == home / "built"
    assert source.cache_folder() == home / ".cache" / "tekton-builds" / "releases"
