"""What a login may open beside its repository."""

from pathlib import Path
from typing import Any

import pytest

from forges import clone_urls
from sandbox.forge.ssh_key import SshKey
from tests.support.manifests import served
from tests.support.program import SECRETS, config, run
from tests.unit.settings.loading import refusal

HTTP, SSH = "https://git.example.com/Team/Shop.git", "git@git.example.com:Team/Shop.git"


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    return config(tmp_path / "kubeconfig")


@pytest.mark.parametrize(
    ("model", "url", "cloned"),
    [
        (HTTP, "https://git.example.com/team/lib.git", "https://git.example.com/team/lib.git"),
        (HTTP, "git@git.example.com:team/lib.git", "https://git.example.com/team/lib.git"),
        (HTTP, "ssh://git@GIT.example.com:2222/team/lib", "https://git.example.com/team/lib"),
        (
            "http://git.example.com:3000/a/b",
            "ssh://git@git.example.com/c/d",
            "http://git.example.com:3000/c/d",
        ),
        (SSH, "https://git.example.com/team/lib.git", "git@git.example.com:team/lib.git"),
        ("ssh://git@h:2222/a/b.git", "http://h:3000/c/d.git", "ssh://git@h:2222/c/d.git"),
        (HTTP, "git@github.com:team/lib.git", "git@github.com:team/lib.git"),
        (HTTP, "https://git.example.com:8443/team/lib.git", "https://git.example.com:8443/team/lib.git"),
    ],
)
def test_on_one_server_a_url_has_the_form_that_the_login_is_for(model: str, url: str, cloned: str) -> None:
    assert clone_urls.as_cloned(model, url) == cloned


def test_the_password_is_still_one_servers(given: dict[str, Any]) -> None:
    given["repositories"][0]["submoduleUrls"] = ["https://elsewhere.example.com/a/b.git"]
    (sentence,) = refusal(given)
    assert "gitUsername is one server's" in sentence


def test_the_server_of_a_listed_url_must_be_known_as_the_repositorys(given: dict[str, Any]) -> None:
    given["repositories"][0]["submoduleUrls"] = ["git@elsewhere.example.com:a/b.git"]
    key = SshKey.generate().private
    (sentence,) = refusal(given, {**SECRETS, "gitSshKey": key})
    assert "gitKnownHosts has no key of elsewhere.example.com" in sentence
    assert refusal(given)[-1].startswith("gitSshKey is missing: git@elsewhere.example.com:a/b.git")


@pytest.mark.parametrize("url", ["--upload-pack=x", "ext::sh", "file:///a", "https://a:b@h/x", "a b"])
def test_what_is_no_clone_url_is_refused_by_its_place(given: dict[str, Any], url: str) -> None:
    given["repositories"][0]["submoduleUrls"] = [url]
    (sentence,) = refusal(given)
    assert sentence.startswith("repositories[0].submoduleUrls[0] is ")


def test_the_clone_is_told_what_its_login_may_open(given: dict[str, Any], tmp_path: Path) -> None:
    given["repositories"][0]["submoduleUrls"] = [
        "git@git.example.com:team/a.git",
        "https://git.example.com/b/c",
    ]
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        recording = run({**given, "releaseMirror": mirror}, SECRETS)
    clone = recording.one("Pipeline", "github-trigger-pipeline", "builds").plain()["spec"]["tasks"][0]
    params = {one["name"]: one["value"] for one in clone["params"]}
    assert params["loginUrls"] == "https://git.example.com/team/a.git https://git.example.com/b/c"
