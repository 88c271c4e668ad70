"""Where plugins are taken from: always the official one before the stand-in."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.paths import CHECKOUT
from sandbox.pulumi import Pulumi, PulumiError
from sandbox.pulumi_plugins import STAND_INS, Plugin, fill_home, fill_path, offered, plugins

RANDOM = Plugin(kind="resource", name="random", version="4.21.4")
LANGUAGE = Plugin(kind="language", name="python", version="3.259.0")


@pytest.fixture(autouse=True)
def nothing_official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine and a user without Pulumi."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "users"))


@pytest.fixture
def pulumi(tmp_path: Path) -> Pulumi:
    """A CLI that installs what it is asked to, as the official one does."""
    folder = tmp_path / "cli"
    folder.mkdir()
    program = folder / "pulumi"
    program.write_text(
        f"#!/bin/sh\nfolder={tmp_path}/home/plugins/$3-$4-$5\n"
        '/bin/mkdir -p "$folder" && echo official >"$folder/pulumi-$3-$4"\n'
    )
    program.chmod(0o755)
    return Pulumi(program=program, project=tmp_path)


def put(file: Path) -> Path:
    """An official plugin's program."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("official")
    file.chmod(0o755)
    return file


def found(home: Path, plugin: Plugin) -> Path | None:
    """The program that the engine would find in this home."""
    program = home / "plugins" / plugin.folder / plugin.program
    return program.resolve() if program.exists() else None


def no(_plugin: Plugin) -> bool:
    return False


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
    folder = tmp_path / "stand-ins"
    assert fill_path(folder, pulumi, is_offered=no) == ["pulumi-resource-random"]
    assert [path.name for path in folder.iterdir()] == ["pulumi-resource-random"]
    assert fill_path(folder, pulumi, is_offered=lambda _plugin: True) == [], "the engine downloads it itself"
    assert list(folder.iterdir()) == []


def test_a_model_of_a_cloud_will_do_for_a_preview_and_never_for_an_up(tmp_path: Path, pulumi: Pulumi) -> None:
    model = "pulumi-resource-tencentcloud"
    assert model in fill_path(tmp_path / "stand-ins", pulumi, preview=True, is_offered=no)
    assert model not in fill_path(tmp_path / "stand-ins", pulumi, is_offered=no), (
        "an `up` would write a cluster into the user's state that was never made"
    )


def test_the_versions_are_those_of_the_pinned_packages() -> None:
    pins = dict(
        line.split("==") for line in (CHECKOUT / "requirements.txt").read_text().splitlines() if "==" in line
    )
    versions = {plugin.name: plugin.version for plugin in plugins() if plugin.kind == "resource"}
    packages = {
        "kubernetes": "pulumi-kubernetes",
        "random": "pulumi-random",
        "tencentcloud": "tencentcloud-iac-pulumi",
    }
    assert versions == {name: pins[package] for name, package in packages.items()}


class Host(http.server.BaseHTTPRequestHandler):
    """Has one plugin."""

    def do_HEAD(self) -> None:
        self.send_response(200 if "random-v4.21.4-linux-" in self.path else 404)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_host_offers_what_it_answers_for(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert offered(replace(RANDOM, releases=host))
    assert not offered(Plugin(kind="resource", name="random", version="1.0.0", releases=host))
    assert not offered(replace(RANDOM, releases="http://127.0.0.1:9")), "nobody there"
    for plugin in plugins():
        assert plugin.releases.startswith("https://"), "what runs as the user is fetched over TLS"
