"""The Kubernetes provider is built where it is to be had in no other way, and makes way for a download."""

from pathlib import Path

from sandbox.toolchain.plugin_folders import Build, fill_path, to_build
from sandbox.toolchain.pulumi_plugins import plugins
from tests.unit.sandbox.toolchain.pulumi_plugins.places import (
    KUBERNETES,
    LANGUAGE,
    RANDOM,
    fill_home,
    found,
    no,
    nothing,
    put,
)
from toolkit.pulumi_cli import Pulumi

WANTED = [LANGUAGE, KUBERNETES, RANDOM]


def test_without_a_download_it_is_built_and_is_no_stand_in(
    tmp_path: Path, pulumi: Pulumi, build: Build
) -> None:
    home = tmp_path / "home"
    for _ in range(2):
        stand_ins = fill_home(home, pulumi, WANTED, build=build, is_offered=no)
        assert KUBERNETES.program not in stand_ins, "the official provider's own sources"
        assert found(home, KUBERNETES) == build(KUBERNETES.tool) / "bin" / KUBERNETES.program


def test_what_is_offered_takes_the_place_of_what_was_built(
    tmp_path: Path, pulumi: Pulumi, build: Build
) -> None:
    home = tmp_path / "home"
    fill_home(home, pulumi, [KUBERNETES], build=build, is_offered=no)
    fill_home(home, pulumi, [KUBERNETES], build=nothing, is_offered=lambda _plugin: True)
    assert (home / "plugins" / KUBERNETES.folder / KUBERNETES.program).read_text() == "official\n"


def test_what_was_built_of_other_pins_is_replaced(tmp_path: Path, pulumi: Pulumi, build: Build) -> None:
    home, other = tmp_path / "home", tmp_path / "cache" / "pulumi-kubernetes-4567"
    fill_home(home, pulumi, [KUBERNETES], build=build, is_offered=no)
    put(other / "bin" / KUBERNETES.program)
    fill_home(home, pulumi, [KUBERNETES], build=lambda _tool: other, is_offered=no)
    assert found(home, KUBERNETES) == other / "bin" / KUBERNETES.program


def test_it_is_built_only_where_it_is_to_be_had_in_no_other_way(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert to_build(home, WANTED, is_offered=no) == [KUBERNETES.tool]
    assert to_build(home, WANTED, is_offered=lambda _plugin: True) == [], "a download takes seconds"
    users = put(tmp_path / "users" / "plugins" / KUBERNETES.folder / KUBERNETES.program)
    assert to_build(home, WANTED, is_offered=no) == [], "the user has downloaded it"
    users.unlink()
    put(tmp_path / "path" / KUBERNETES.program)
    assert to_build(home, WANTED, is_offered=no) == [], "the engine prefers PATH to all others"


def test_another_stack_gets_it_on_path(tmp_path: Path, pulumi: Pulumi, build: Build) -> None:
    folder = tmp_path / "folder"
    stand_ins = fill_path(folder, pulumi, build, is_offered=no)
    assert KUBERNETES.program not in stand_ins
    assert (folder / KUBERNETES.program).resolve() == build(KUBERNETES.tool) / "bin" / KUBERNETES.program
    (kubernetes,) = [plugin for plugin in plugins() if plugin.tool]
    put(tmp_path / "users" / "plugins" / kubernetes.folder / kubernetes.program)
    fill_path(folder, pulumi, nothing, is_offered=no)
    assert not (folder / KUBERNETES.program).exists(), "theirs is used"
