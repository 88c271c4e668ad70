"""Clones over SSH: the key, the server's keys, and what goes wrong with either."""

import subprocess
from pathlib import Path
from typing import Any

import pulumi
import pytest

from forges.clone_urls import OwnLogins
from sandbox.forge.ssh_key import SshKey
from settings import git_hosts
from settings.secret_texts import private_key
from tests.support.manifests import served
from tests.support.program import SECRETS, config, run
from tests.support.recorded import SECRET_MARK, Recording
from tests.unit.settings.loading import load, refusal

Given = dict[str, Any]
GITHUB = "git@github.com:Team/Shop.git"
KEY = SshKey.generate()
PRIVATE = KEY.private  # a file of the same key is another one every time


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return config(tmp_path / "kubeconfig")


def at(given: Given, url: str, **other: Any) -> Given:
    repository = {**given["repositories"][0], "url": url}
    return {**given, "repositories": [repository], **other}


def deploy(given: Given, tmp_path: Path, key: str) -> Recording:
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        return run({**given, "releaseMirror": mirror}, {**SECRETS, "gitSshKey": key})


def test_the_key_and_githubs_keys_are_the_tutorials_secret(given: Given, tmp_path: Path) -> None:
    recording = deploy(at(given, GITHUB), tmp_path, PRIVATE.strip())
    secret = recording.one("Secret", "git-credentials", "builds")
    data = secret.plain()["stringData"]
    assert data["id_rsa"] == PRIVATE, "without the line's end that a command line takes, ssh reads no key"
    assert [line.split()[:2] for line in data["known_hosts"].splitlines()] == [
        ["github.com", "ssh-ed25519"],
        ["github.com", "ecdsa-sha2-nistp256"],
        ["github.com", "ssh-rsa"],
    ]
    assert SECRET_MARK in secret.inputs["stringData"], "else the key would stand in the state"
    (run_,) = recording.one("TriggerTemplate", "github-template").plain()["spec"]["resourcetemplates"]
    bound = {one["name"]: one.get("secret") for one in run_["spec"]["workspaces"]}
    assert bound["git-credentials"] == {"secretName": "git-credentials"}


def test_githubs_rsa_key_is_not_the_one_that_was_leaked() -> None:
    assert "AAAAB3NzaC1yc2EAAAABIwAAAQEAq2A7hRGmdnm9tUDbO9IDSwBK6" not in git_hosts.GITHUB.read_text()


@pytest.mark.parametrize("url", [GITHUB, "ssh://git@github.com/team/shop.git"])
def test_a_missing_key_is_told_with_its_command(given: Given, url: str) -> None:
    (sentence,) = refusal(at(given, url))
    assert sentence.startswith(f"gitSshKey is missing: {url} is cloned over SSH")
    assert "pulumi config set --secret gitSshKey < FILE" in sentence


def test_a_key_for_nothing_is_told(given: Given) -> None:
    (sentence,) = refusal(given, {**SECRETS, "gitSshKey": PRIVATE})
    assert "is not cloned over SSH" in sentence
    assert "PRIVATE" not in sentence


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("git@git.example.com:team/shop.git", "git.example.com"),
        ("ssh://git@git.example.com:2222/team/shop.git", "[git.example.com]:2222"),
        ("ssh://git.example.com:22/team/shop.git", "git.example.com"),
    ],
)
def test_a_server_that_nobody_knows_is_refused_before_anything_is_made(
    given: Given, url: str, host: str
) -> None:
    (sentence,) = refusal(at(given, url), {**SECRETS, "gitSshKey": PRIVATE})
    assert f"gitKnownHosts has no key of {host}, where {url} is" in sentence
    known = at(given, url, gitKnownHosts=f"{host} {KEY.public}\n")
    assert git_hosts.knows(known["gitKnownHosts"], host)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (KEY.public, "gitSshKey is no private key"),
        ("~/.ssh/id_ed25519", "gitSshKey is no private key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "gitSshKey has a passphrase"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n", "gitSshKey has a passphrase"),
        (PRIVATE[:60] + "\n-----END OPENSSH PRIVATE KEY-----\n", "gitSshKey is damaged"),
    ],
    ids=["public key", "path", "encrypted RSA key", "encrypted key", "cut key"],
)
def test_what_is_no_usable_key_is_refused_without_being_shown(text: str, words: str) -> None:
    with pytest.raises(pulumi.RunError, match=words) as error:
        private_key(text)
    assert text not in str(error.value)


def test_a_passphrase_is_found_in_what_ssh_keygen_writes(given: Given, tmp_path: Path) -> None:
    file = tmp_path / "key"
    for passphrase, refused in (("a passphrase", True), ("", False)):
        file.unlink(missing_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", file], check=True, timeout=30
        )
        secret = {**SECRETS, "gitSshKey": file.read_text()}
        if not refused:
            assert private_key(secret["gitSshKey"]) == secret["gitSshKey"], "ssh reads it byte for byte"
            load(at(given, GITHUB), secret)
            continue
        (sentence,) = refusal(at(given, GITHUB), secret)
        assert "gitSshKey has a passphrase" in sentence
        assert "ssh-keygen -p" in sentence, "the reader must learn what mends it"


@pytest.mark.parametrize(("end", "start"), [("\r\n", ""), ("  \n", ""), ("\n", " \n\n"), ("\n", "\t")])
def test_a_key_from_windows_or_with_blanks_around_its_lines_is_a_key(end: str, start: str) -> None:
    assert private_key(start + PRIVATE.replace("\n", end)) == PRIVATE


def test_a_key_may_be_there_for_a_listed_submodule_alone(given: Given) -> None:
    repository = {**given["repositories"][0], "submoduleUrls": ["git@github.com:team/lib.git"]}
    settings = load({**given, "repositories": [repository]}, {**SECRETS, "gitSshKey": PRIVATE})
    assert settings.repositories[0].login_urls(OwnLogins()) == ("git@github.com:team/lib.git",)
    same = {**repository, "submoduleUrls": ["git@git.example.com:team/lib.git"]}
    (sentence,) = refusal({**given, "repositories": [same]}, {**SECRETS, "gitSshKey": PRIVATE})
    assert "is not cloned over SSH" in sentence, "on the repository's server, its own login is used"
