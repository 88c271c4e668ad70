"""Gitea's configuration, and how it is run."""

import configparser
import os
import stat
from pathlib import Path

import pytest

from sandbox.credentials import Account
from sandbox.forge.forge import Forge
from sandbox.forge.service import ForgeService


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ForgeService:
    monkeypatch.setattr(os, "chown", lambda *arguments: None)  # the tests need no root
    account = Account(username="developer", password="of no use here")
    return ForgeService(
        forge=Forge(state=tmp_path / "forge", url="http://10.0.0.2:3000", account=account),
        program=Path("/cache/gitea"),
        static=tmp_path / "static",
        webhook_targets="10.0.1.0/24",
    )


def configuration(service: ForgeService) -> configparser.ConfigParser:
    service.configure()
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string("[global]\n" + (service.forge.work / "app.ini").read_text())
    return parser


def test_the_configuration_opens_nothing_that_a_push_does_not_need(service):
    found = configuration(service)
    assert found["server"]["http_addr"] == "10.0.0.2", "it listens on the node's address alone"
    assert found["webhook"]["allowed_host_list"] == "10.0.1.0/24", "a webhook may call the cluster alone"
    assert found["service"]["disable_registration"] == "true"
    assert found["security"]["install_lock"] == "true", "else the first visitor becomes the administrator"
    assert found["server"]["ssh_listen_host"] == "10.0.0.2"


def test_static_files_are_named_only_where_the_binary_lacks_them(service):
    assert "static_root_path" not in configuration(service)["server"], "an official binary has them inside"
    service.static.mkdir()
    assert configuration(service)["server"]["static_root_path"] == "/srv/static"


def test_configuring_again_changes_nothing_and_keeps_the_secrets(service):
    assert service.configure(), "the first time, all is new"
    key = service.forge.work / "secret_key"
    first = key.read_text()
    assert not service.configure(), "nothing to start the forge again for"
    assert key.read_text() == first, "what Gitea encrypted with it would be lost"


def test_secrets_are_files_that_nobody_else_reads(service):
    service.configure()
    files = list(service.forge.work.glob("*_*"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert len({file.read_text() for file in files}) == 5, "each guards something else"


def test_the_run_script_becomes_gitea(service):
    text = service.run_script
    assert text.startswith("#!/bin/sh\n")
    assert "\nexec env " in text, "a supervisor's signals must reach Gitea itself"
    assert text.rstrip().endswith(" web")
