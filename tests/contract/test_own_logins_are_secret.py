"""Logins of single repositories and registries are secrets wherever they go, as the stack's own are."""

import json
from typing import Any

import pytest

from sandbox.forge.ssh_key import SshKey
from tests.support import program
from tests.support.manifests import served
from tests.support.recorded import SECRET_MARK, Recording

SSH_KEY = SshKey.generate().private
SECRETS = {
    "gitSshKey/team/lib": SSH_KEY,
    "gitPassword/team/shop": "shop-pass-word",
    "registryPassword/quay.io_5000": "quay-pass-word",
    "registryPassword/docker.io": "hub-pass-word",
}
REGISTRIES = [{"server": "quay.io:5000", "username": "puller"}, {"server": "docker.io", "username": "hub"}]


@pytest.fixture(scope="module", params=["buildkit", "docker"])
def keyed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("stack")
    given = program.config(folder / "kubeconfig")
    given["repositories"][0]["submoduleUrls"] = ["git@github.com:team/lib.git"]
    given["builder"] = {"kind": request.param, "registries": REGISTRIES}
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return program.run({**given, "releaseMirror": mirror}, {**program.SECRETS, **SECRETS})


def test_none_stands_in_the_clear_in_what_the_engine_gets(keyed: Recording) -> None:
    for one in keyed.resources:
        text = _bare(dict(one.inputs))
        for key, secret in SECRETS.items():
            assert secret.strip() not in text, f"{one.name} ({one.type}) would put {key} into the state"


def test_none_is_logged_or_an_output(keyed: Recording) -> None:
    text = "\n".join(keyed.logged) + json.dumps({name: str(one.value) for name, one in keyed.exports.items()})
    for key, secret in SECRETS.items():
        assert secret.strip() not in text, f"{key} is shown"


def test_each_is_in_a_secret_of_the_namespace_of_builds_and_in_no_other_object(keyed: Recording) -> None:
    for key, secret in SECRETS.items():
        having = [one for one in keyed.resources if secret.strip() in _all(one.plain())]
        places = {(one.type.rpartition(":")[2], one.plain()["metadata"]["namespace"]) for one in having}
        # A registry's is encoded, in config.json.
        expected = set() if key.startswith("registryPassword") else {("Secret", "builds")}
        assert places == expected, f"{key} is in {places}"


def _all(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"{key} {_all(inner)}" for key, inner in value.items())
    return "".join(map(_all, value)) if isinstance(value, list) else str(value)


def _bare(value: Any) -> str:
    """As text, without what is marked as secret."""
    if isinstance(value, dict):
        return (
            "" if SECRET_MARK in value else "".join(f"{key} {_bare(inner)}" for key, inner in value.items())
        )
    return "".join(map(_bare, value)) if isinstance(value, list) else str(value)
