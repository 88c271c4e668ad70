"""Logins of single repositories and registries: what of them is refused, and with which words."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from sandbox.forge.ssh_key import SshKey
from tests.support.program import SECRETS, config
from tests.unit.settings.loading import Given, load, refusal

KEY = SshKey.generate().private
LIB = "git@git.example.com:team/lib.git"


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return {**config(tmp_path / "kubeconfig"), "gitKnownHosts": "git.example.com ssh-ed25519 AAAA\n"}


def with_submodules(given: Given, *urls: str, **other: Any) -> Given:
    repository = {**given["repositories"][0], "submoduleUrls": list(urls), **other}
    return {**given, "repositories": [repository]}


def with_registries(given: Given, *registries: Any, **other: Any) -> Given:
    return {**given, "builder": {"registries": list(registries), **other}}


def only(sentences: list[str]) -> str:
    assert len(sentences) == 1, f"one mistake is one sentence: {sentences}"
    return sentences[0]


@pytest.mark.parametrize("name", ["team/lib", "Team/Lib"])
def test_a_key_of_its_own_is_enough_and_capitals_do_not_matter(given: Given, name: str) -> None:
    assert load(with_submodules(given, LIB), {**SECRETS, f"gitSshKey/{name}": KEY})


def test_without_one_the_sentence_names_both_ways(given: Given) -> None:
    elsewhere = "git@github.com:team/lib.git"
    sentence = only(refusal({**with_submodules(given, elsewhere), "gitKnownHosts": ""}))
    assert f"gitSshKey is missing: {elsewhere} is cloned over SSH" in sentence
    assert "`pulumi config set --secret gitSshKey < FILE`" in sentence
    assert "gitSshKey/team/lib" in sentence


@pytest.mark.parametrize(
    ("secret", "value", "words"),
    [
        (
            "gitSshKey/team/other",
            KEY,
            "only of team/lib: give it there, or `pulumi config rm gitSshKey/team/other`",
        ),
        ("gitSshKey/team/shop", KEY, "is an SSH address of team/shop, only of team/lib"),
        ("gitPassword/team/lib", "s3cret", "is an HTTP address of team/lib, only of team/shop"),
        ("gitSshKey/team/lib", "no key", "gitSshKey/team/lib is no private key"),
        ("gitSshKey/team/lib", "no key", "`pulumi config set --secret gitSshKey/team/lib < FILE`"),
        ("gitPassword/team/shop", "s3\ncret", "gitPassword/team/shop has a line end"),
        ("gitPassword/team/shop", "\n", "gitPassword/team/shop is empty"),
        ("registryPassword/quay.io", "s3cret", "no entry of builder.registries has this server"),
        ("gitSshKey/TEAM/lib", KEY, "gitSshKey/TEAM/lib and gitSshKey/team/lib are one and the same"),
    ],
)
def test_a_login_that_opens_nothing_is_refused_by_its_key_and_not_shown(
    given: Given, secret: str, value: str, words: str
) -> None:
    right = {**SECRETS, "gitSshKey/team/lib": KEY}
    sentence = only(refusal(with_submodules(given, LIB), {**right, secret: value}))
    assert words in sentence
    assert secret in sentence, "the reader must find it"
    assert value.strip() in ("", "no key") or value not in sentence
    assert "s3" not in sentence.replace(secret, "")


@pytest.mark.parametrize("key", ["gitSshKey/team/lib", "gitPassword/team/shop", "registryPassword/quay.io"])
def test_one_in_the_clear_is_refused_with_the_command_that_encrypts_it(given: Given, key: str) -> None:
    given = with_registries(with_submodules(given, LIB), {"server": "quay.io", "username": "puller"})
    right = {**SECRETS, "gitSshKey/team/lib": KEY, "registryPassword/quay.io": "x"}
    secrets = {name: value for name, value in right.items() if name != key}
    sentence = only(refusal({**given, key: KEY if "Ssh" in key else "s3cret"}, secrets))
    assert sentence.startswith(f"{key} is not encrypted: set it with `pulumi config set --secret {key}")
    assert "s3cret" not in sentence


def test_a_password_of_its_own_needs_a_user_and_takes_the_stacks(given: Given) -> None:
    secrets = {**SECRETS, "gitPassword/team/shop": "s3cret"}
    assert load(given, secrets)
    del given["gitUsername"]
    alone = {key: value for key, value in secrets.items() if key != "gitPassword"}
    sentence = only(refusal(given, alone))
    assert sentence.startswith("gitUsername/team/shop is missing: gitPassword/team/shop is set")
    assert "`pulumi config set gitUsername/team/shop NAME`" in sentence
    assert load({**given, "gitUsername/team/shop": "reader"}, alone)


def test_a_user_of_its_own_needs_a_password(given: Given) -> None:
    sentence = only(refusal({**given, "gitUsername/team/shop": "reader"}))
    assert "gitPassword/team/shop is missing: gitUsername/team/shop is 'reader'" in sentence
    assert "`pulumi config set --secret gitPassword/team/shop`" in sentence


def test_with_logins_of_their_own_repositories_may_be_on_several_servers(given: Given) -> None:
    elsewhere = "https://other.example.com/team/lib.git"
    sentence = only(refusal(with_submodules(given, elsewhere)))
    assert "gitUsername is one server's" in sentence
    assert "gitPassword/OWNER/NAME" in sentence, "the way out"
    assert load(with_submodules(given, elsewhere), {**SECRETS, "gitPassword/team/lib": "s3cret"})


def test_a_name_on_two_servers_is_refused_as_each_would_be_shown_the_login(given: Given) -> None:
    twice = with_submodules(given, "https://a.example.com/team/lib.git", "https://b.example.com/team/lib.git")
    sentence = only(refusal(twice, {**SECRETS, "gitPassword/team/lib": "s3cret"}))
    assert sentence.startswith(
        "gitPassword/team/lib is one repository's, but https://a.example.com/team/lib.git"
    )
    assert "https://b.example.com/team/lib.git" in sentence


PULLER = {"server": "quay.io:5000", "username": "puller"}
PULL_SECRETS = {**SECRETS, "registryPassword/quay.io_5000": "s3cret"}


def test_a_registry_has_a_login_and_may_have_a_port(given: Given) -> None:
    (registry,) = load(with_registries(given, PULLER), PULL_SECRETS).builder.registries
    assert (registry.server, registry.username, registry.insecure) == ("quay.io:5000", "puller", False)


@pytest.mark.parametrize(
    ("registries", "secrets", "words"),
    [
        (
            [PULLER],
            SECRETS,
            "registryPassword/quay.io_5000 is missing: builder.registries[0].username is 'puller', so give "
            "its password with `pulumi config set --secret registryPassword/quay.io_5000`",
        ),
        (
            [{"server": "quay.io:5000", "insecure": True}],
            PULL_SECRETS,
            "`pulumi config set --path 'builder.registries[0].username' NAME`",
        ),
        (
            [{"server": "registry.example.com:5000", "username": "puller"}],
            SECRETS,
            "builder.registries[0].server is 'registry.example.com:5000', but must be another than "
            "registry.server",
        ),
        ([PULLER, PULLER], PULL_SECRETS, "must have every server once"),
        (
            [{"server": "docker.io", "username": "a"}, {"server": "index.docker.io", "username": "a"}],
            SECRETS,
            "must have every server once",
        ),
        ([{"server": "https://quay.io"}], SECRETS, "builder.registries[0].server is 'https://quay.io'"),
        ([{"server": "quay.io", "username": "a:b"}], SECRETS, "builder.registries[0].username is 'a:b'"),
        (
            [{"server": "quay.io", "password": "s3cret"}],
            SECRETS,
            "builder.registries[0].password is no setting",
        ),
    ],
)
def test_what_is_wrong_with_a_registry_is_one_sentence(
    given: Given, registries: list[Any], secrets: dict[str, str], words: str
) -> None:
    sentence = only(refusal(with_registries(given, *registries), secrets))
    assert words in sentence
    assert "s3cret" not in sentence


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("mirror.example.com", "the mirror mirror.example.com has a login: Docker's daemon sends none"),
        ("docker.io", "Docker's daemon would send the login to the mirror"),
    ],
)
def test_dockers_daemon_has_no_login_at_a_mirror(given: Given, server: str, words: str) -> None:
    entry = {"server": server, "username": "puller"}
    mirrors = {"docker.io": "https://mirror.example.com"}
    secrets = {**SECRETS, f"registryPassword/{server}": "s3cret"}
    docker = with_registries(given, entry, kind="docker", registryMirrors=mirrors)
    assert words in only(refusal(docker, secrets))
    assert load(with_registries(given, entry, registryMirrors=mirrors), secrets), (
        "BuildKit has one for each host"
    )


def test_a_blank_at_an_end_of_such_a_password_is_warned_of_too(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    load(given, {**SECRETS, "gitPassword/team/shop": "s3cret "})
    assert [sentence.split(" begins")[0] for sentence in said] == ["gitPassword/team/shop"]
