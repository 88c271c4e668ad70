"""`make kubeconfig`: nothing of the user's is lost, and twice is harmless."""

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import kubeconfig_entries, kubeconfig_file
from cli.commands import kubeconfig as kubeconfig_command
from toolkit.errors import UserError
from toolkit.paths import Paths

OURS = {
    "apiVersion": "v1",
    "clusters": [{"name": "k", "cluster": {"server": "https://192.0.2.1:6443"}}],
    "users": [{"name": "admin", "user": {"token": "t0ken"}}],
    "contexts": [{"name": "c", "context": {"cluster": "k", "user": "admin"}}],
    "current-context": "c",
}
FOREIGN: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Config",
    "preferences": {"colors": True},
    "clusters": [{"name": "work", "cluster": {"server": "https://x", "certificate-authority": "ca.crt"}}],
    "users": [{"name": "me", "user": {"exec": {"command": "login", "args": ["--a"]}}}],
    "contexts": [{"name": "work", "context": {"cluster": "work", "user": "me", "namespace": "n"}}],
    "current-context": "work",
    "extensions": [{"name": "unknown", "extension": {"a": 1}}],
}
NAME = "tekton-builds-dev"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))  # no kubectl
    return tmp_path


def _add(home: Path, *, use: bool = False, config: dict[str, Any] = OURS) -> int:
    paths = Paths(state=home / "state", cache=home / "cache")
    return kubeconfig_command.add("dev", lambda: yaml.safe_dump(config), paths, use=use)


def _file(home: Path, content: str | bytes) -> Path:
    file = home / ".kube" / "config"
    file.parent.mkdir()
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_without_a_file_one_is_made_for_the_owner_alone_and_is_current(home: Path) -> None:
    assert _add(home) == 0
    file = home / ".kube" / "config"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    config = yaml.safe_load(file.read_text())
    assert config["current-context"] == NAME
    assert config["contexts"] == [{"name": NAME, "context": {"cluster": NAME, "user": NAME}}]
    assert len(list(file.parent.iterdir())) == 1, "there was nothing to back up"


def test_others_entries_and_the_current_context_stay_and_the_old_file_is_beside(home: Path) -> None:
    text = "# mine\n" + yaml.safe_dump(FOREIGN)
    file = _file(home, text)
    _add(home)
    config = yaml.safe_load(file.read_text())
    assert kubeconfig_entries.remove(config, NAME) == FOREIGN, "something of the user's changed"
    (backup,) = file.parent.glob("config.*.bak")
    assert backup.read_text() == text
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_use_switches_the_current_context(home: Path) -> None:
    file = _file(home, yaml.safe_dump(FOREIGN))
    _add(home, use=True)
    assert yaml.safe_load(file.read_text())["current-context"] == NAME


def test_twice_is_once_and_makes_no_second_backup(home: Path) -> None:
    file = _file(home, yaml.safe_dump(FOREIGN))
    _add(home)
    once = file.read_bytes()
    _add(home)
    assert file.read_bytes() == once
    assert len(list(file.parent.glob("*.bak"))) == 1


def test_every_change_has_a_backup_of_its_own(home: Path) -> None:
    file = _file(home, yaml.safe_dump(FOREIGN))
    texts = [file.read_text()]
    for token in ("a", "b", "c"):
        _add(home, config={**OURS, "users": [{"name": "admin", "user": {"token": token}}]})
        texts.append(file.read_text())
    assert sorted(one.read_text() for one in file.parent.glob("*.bak")) == sorted(texts[:-1])


def test_older_entries_of_ours_are_replaced_in_their_place_however_many() -> None:
    old = {"name": NAME, "user": {"token": "old"}}
    config = {**FOREIGN, "users": [old, *FOREIGN["users"], old]}
    merged = kubeconfig_entries.merge(config, OURS, NAME, use=False)
    assert merged["users"] == [{"name": NAME, "user": {"token": "t0ken"}}, *FOREIGN["users"]]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a: [", "is not YAML"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        ("- a\n", "a mapping is expected"),
        ("users: {token: s3cret}\n", "users is no list"),
        ("contexts: [1]\n", "contexts is no list"),
    ],
)
def test_what_is_no_kubeconfig_is_named_and_left_as_it_is(
    home: Path, content: str | bytes, sentence: str
) -> None:
    file = _file(home, content)
    before = file.read_bytes()
    with pytest.raises(UserError, match=sentence) as raised:
        _add(home)
    assert "s3cret" not in str(raised.value)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file], "nothing should be made beside it"


def test_an_empty_file_is_an_empty_config(home: Path) -> None:
    file = _file(home, "")
    _add(home)
    assert yaml.safe_load(file.read_text())["current-context"] == NAME


def test_a_symlink_stays_one_and_its_target_is_written(home: Path) -> None:
    target = home / "elsewhere"
    target.write_text(yaml.safe_dump(FOREIGN))
    (home / ".kube").mkdir()
    link = home / ".kube" / "config"
    link.symlink_to(target)
    _add(home)
    assert link.is_symlink()
    assert NAME in target.read_text()


def test_when_it_cannot_be_written_nothing_is_lost(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _file(home, yaml.safe_dump(FOREIGN))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(kubeconfig_file.os, "replace", refuse)
    with pytest.raises(UserError, match=r"cannot be written \(Permission denied\)"):
        _add(home)
    assert yaml.safe_load(file.read_text()) == FOREIGN
    assert not list(file.parent.glob(".config.*")), "a part of it stayed"


def test_removal_takes_only_ours_and_is_harmless_twice(home: Path) -> None:
    file = _file(home, yaml.safe_dump(FOREIGN))
    _add(home)
    paths = Paths(state=home / "state", cache=home / "cache")
    for _ in range(2):
        assert kubeconfig_command.remove("dev", paths) == 0
        assert yaml.safe_load(file.read_text()) == FOREIGN


def test_kubeconfig_of_the_environment_is_meant_but_never_the_sandboxs_own(tmp_path: Path) -> None:
    own, users = tmp_path / "own", tmp_path / "users"
    home = {"HOME": str(tmp_path)}
    assert kubeconfig_file.user_file({**home, "KUBECONFIG": str(users)}, own) == users
    assert kubeconfig_file.user_file({**home, "KUBECONFIG": f"{own}:{users}"}, own) == users
    assert kubeconfig_file.user_file({**home, "KUBECONFIG": str(own)}, own) == tmp_path / ".kube" / "config"


def test_a_stack_whose_kubeconfig_is_incomplete_changes_nothing(home: Path) -> None:
    with pytest.raises(UserError, match="clusters has nothing"):
        _add(home, config={**OURS, "clusters": []})
    assert not (home / ".kube").exists()


def test_a_time_in_a_users_entry_stays_the_text_it_was(home: Path) -> None:
    file = _file(home, "users: [{name: me, user: {expiry: 2026-01-01T00:00:00Z}}]\n")
    _add(home)
    assert yaml.safe_load(file.read_text())["users"][0]["user"]["expiry"] == "2026-01-01T00:00:00Z"
