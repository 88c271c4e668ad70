"""Where plugins are taken from: always the official one before the stand-in."""

from pathlib import Path

import pytest

from sandbox.toolchain.plugin_folders import Build, fill_path
from sandbox.toolchain.pulumi_plugins import STAND_INS, plugins
from tests.unit.sandbox.toolchain.pulumi_plugins.places import (
    LANGUAGE,
    RANDOM,
    fill_home,
    found,
    no,
    nothing,
    put,
)
from toolkit.pulumi_cli import Pulumi, PulumiError


def test_without_anything_official_the_stand_ins_are_used(tmp_path: Path, pulumi: Pulumi) -> None:
    home = tmp_path / "home"
    for _ in range(2):
        assert fill_home(home, pulumi, [LANGUAGE, RANDOM], is_offered=no) == [
            "pulumi-language-python",
            "pulumi-resource-random",
        ]
        assert found(home, RANDOM) == STAND_INS / "pulumi-resource-random"
        assert found(home, LANGUAGE) == STAND_INS / "pulumi-language-python"


def test_a_plugin_on_path_is_used_and_a_stand_in_makes_way(tmp_path: Path, pulumi: Pulumi) -> None:
    home = tmp_path / "home"
    fill_home(home, pulumi, [RANDOM], is_offered=no)
    put(tmp_path / "path" / RANDOM.program)
    assert fill_home(home, pulumi, [RANDOM], is_offered=no) == []
    assert found(home, RANDOM) is None, "PATH comes first, and nothing must hide behind it"


def test_a_stand_in_on_path_is_none(tmp_path: Path, pulumi: Pulumi) -> None:
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / RANDOM.program).symlink_to(RANDOM.stand_in)
    assert fill_home(tmp_path / "home", pulumi, [RANDOM], is_offered=no) == [RANDOM.program]


def test_what_the_user_has_downloaded_is_used_where_it_lies(tmp_path: Path, pulumi: Pulumi) -> None:
    program = put(tmp_path / "users" / "plugins" / RANDOM.folder / RANDOM.program)
    assert fill_home(tmp_path / "home", pulumi, [RANDOM], is_offered=no) == []
    assert found(tmp_path / "home", RANDOM) == program


def test_a_download_that_was_cut_off_is_not_used(tmp_path: Path, pulumi: Pulumi) -> None:
    program = put(tmp_path / "users" / "plugins" / RANDOM.folder / RANDOM.program)
    program.parent.with_name(f"{RANDOM.folder}.partial").touch()
    assert fill_home(tmp_path / "home", pulumi, [RANDOM], is_offered=no) == [RANDOM.program]


def test_the_language_host_of_an_official_cli_is_used(tmp_path: Path, pulumi: Pulumi) -> None:
    put(pulumi.program.with_name(LANGUAGE.program))
    assert fill_home(tmp_path / "home", pulumi, [LANGUAGE], is_offered=no) == []


def test_a_plugin_that_is_offered_is_installed_and_replaces_the_stand_in(
    tmp_path: Path, pulumi: Pulumi
) -> None:
    home = tmp_path / "home"
    fill_home(home, pulumi, [RANDOM], is_offered=no)
    assert fill_home(home, pulumi, [RANDOM], is_offered=lambda _plugin: True) == []
    assert (home / "plugins" / RANDOM.folder / RANDOM.program).read_text() == "official\n"
    assert fill_home(home, pulumi, [RANDOM], is_offered=no) == [], "and stays when the host is gone"


def test_an_offer_that_cannot_be_kept_ends_with_the_stand_in(
    tmp_path: Path, pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: str) -> str:
        raise PulumiError("403")

    monkeypatch.setattr(Pulumi, "run", refuse)
    stand_ins = fill_home(tmp_path / "home", pulumi, [RANDOM], is_offered=lambda _plugin: True)
    assert stand_ins == [RANDOM.program]


def test_another_stack_gets_on_path_only_what_the_users_pulumi_lacks(tmp_path: Path, pulumi: Pulumi) -> None:
    put(pulumi.program.with_name(LANGUAGE.program))
    kubernetes = next(plugin for plugin in plugins() if plugin.name == "kubernetes")
    put(tmp_path / "users" / "plugins" / kubernetes.folder / kubernetes.program)
    folder = tmp_path / "folder"
    assert fill_path(folder, pulumi, nothing, is_offered=no) == ["pulumi-resource-random"]
    assert [path.name for path in folder.iterdir()] == ["pulumi-resource-random"]
    stand_ins = fill_path(folder, pulumi, nothing, is_offered=lambda _plugin: True)
    assert stand_ins == [], "the engine downloads it itself"
    assert list(folder.iterdir()) == []


def test_a_model_of_a_cloud_will_do_for_a_preview_and_never_for_an_up(
    tmp_path: Path, pulumi: Pulumi, build: Build
) -> None:
    model = "pulumi-resource-tencentcloud"
    assert model in fill_path(tmp_path / "folder", pulumi, build, preview=True, is_offered=no)
    assert model not in fill_path(tmp_path / "folder", pulumi, build, is_offered=no), (
        "an `up` would write a cluster into the user's state that was never made"
    )


def test_a_stand_in_whose_file_is_gone_goes_too(tmp_path: Path, pulumi: Pulumi) -> None:
    gone = tmp_path / "home" / "plugins" / "resource-kubernetes-v4.34.1"
    gone.mkdir(parents=True)
    (gone / "pulumi-resource-kubernetes").symlink_to(tmp_path / "gone")
    fill_home(tmp_path / "home", pulumi, [RANDOM], is_offered=no)
    assert not gone.exists(), "the CLI would take the newest version, and not find it"
