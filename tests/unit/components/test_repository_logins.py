"""Logins of single repositories and of several registries: which Secret has what, and who is given it."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from components.builds.credentials import docker_config
from pipelines import pipeline
from sandbox.forge.ssh_key import SshKey
from tests.support.manifests import served
from tests.support.program import PASSWORD, SECRETS, TOKEN, config, run
from tests.support.recorded import SECRET_MARK, Recording

Given = dict[str, Any]
KEYS = {name: SshKey.generate().private for name in ("app", "tool", "lib", "stack")}
HOST = "git@git.example.com"
TEMPLATES = ("github-template", "github-template-team-tool", "github-template-team-plain")


def repository(name: str, **other: Any) -> Given:
    image = {"name": name, "context": "."}
    return {"url": f"{HOST}:team/{name}.git", "images": [image], **other}


def deploy(folder: Path, repositories: list[Given], secrets: dict[str, str], **settings: Any) -> Recording:
    given = {**config(folder / "kubeconfig"), "repositories": repositories, **settings}
    given["gitKnownHosts"] = "git.example.com ssh-ed25519 AAAA\n"
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        every = {key: value for key, value in {**SECRETS, **secrets}.items() if value}
        return run({**given, "releaseMirror": mirror}, every)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Two repositories with a key each, one with a submodule of a third key, and one with the stack's."""
    return deploy(
        tmp_path_factory.mktemp("stack"),
        [
            repository("app", submoduleUrls=[f"{HOST}:team/lib.git", f"{HOST}:team/common.git"]),
            repository("tool"),
            repository("plain"),
        ],
        {
            "gitSshKey": KEYS["stack"],
            **{f"gitSshKey/team/{name}": KEYS[name] for name in ("app", "tool", "lib")},
        },
    )


def data(recording: Recording, name: str) -> dict[str, str]:
    found: dict[str, str] = recording.one("Secret", name, "builds").plain()["stringData"]
    return found


def test_the_secret_of_a_repository_has_the_keys_of_its_own_urls_and_no_other(recording: Recording) -> None:
    app = data(recording, "git-credentials-team-app")
    assert app == {
        "known_hosts": "git.example.com ssh-ed25519 AAAA\n",
        "urls": f"login-team-app {HOST}:team/app.git\nlogin-team-lib {HOST}:team/lib.git\n",
        "login-team-app": KEYS["app"],
        "login-team-lib": KEYS["lib"],
        "id_rsa": KEYS["stack"],
    }, "the stack's key is for team/common, which has none of its own"
    tool = data(recording, "git-credentials-team-tool")
    assert tool.keys() == {"known_hosts", "urls", "login-team-tool"}, "it needs no key but its own"


def test_the_stacks_secret_keeps_its_name_and_contents(recording: Recording) -> None:
    assert data(recording, "git-credentials") == {
        "id_rsa": KEYS["stack"],
        "known_hosts": "git.example.com ssh-ed25519 AAAA\n",
    }


def bound(recording: Recording) -> dict[str, dict[str, str]]:
    """The Secrets that the run of a push mounts, by repository and workspace, as Tekton fills them in."""
    found = {}
    for trigger in recording.one("EventListener", "github-listener").plain()["spec"]["triggers"]:
        overlays = next(one for one in trigger["interceptors"][1]["params"] if one["name"] == "overlays")
        expression = overlays["value"][0]["expression"]
        rows = json.loads(expression[: expression.index("}[") + 1])
        bindings = {one["name"]: one["value"] for one in trigger["bindings"]}
        spec = recording.one("TriggerTemplate", trigger["template"]["ref"]).plain()["spec"]
        assert {one["name"] for one in spec["params"]} == bindings.keys(), (
            "Triggers refuses what has no value"
        )
        (made,) = spec["resourcetemplates"]
        for row in rows.values():
            secrets = {}
            for one in made["spec"]["workspaces"]:
                name = one.get("secret", {}).get("secretName", "")
                if name.startswith("$(tt.params."):
                    param = name.removeprefix("$(tt.params.").removesuffix(")")
                    assert bindings[param] == f"$(extensions.run.{param})", (
                        "the table decides, and no payload"
                    )
                    name = row[param]
                if name:
                    secrets[one["name"]] = name
            found[row["repository"]] = secrets
    return found


def test_a_clone_mounts_its_own_secret_and_never_another_repositorys(recording: Recording) -> None:
    assert bound(recording) == {
        "team/app": {"git-credentials": "git-credentials-team-app", "registry-auth": "registry-auth"},
        "team/tool": {"git-credentials": "git-credentials-team-tool", "registry-auth": "registry-auth"},
        "team/plain": {"git-credentials": "git-credentials", "registry-auth": "registry-auth"},
    }


def test_a_push_may_arrive_when_its_own_secret_is_there(recording: Recording) -> None:
    needed = recording.before(recording.one("EventListener", "github-listener"))
    for name in ("git-credentials-team-app", "git-credentials-team-tool"):
        assert recording.one("Secret", name).urn in needed, f"a run would wait for {name}"


def test_no_git_login_is_in_a_builds_pod_and_no_registrys_in_a_clones(recording: Recording) -> None:
    spec = recording.one("Pipeline", "github-trigger-pipeline-team-tool").plain()["spec"]
    given = {task["name"]: {one["workspace"] for one in task["workspaces"]} for task in spec["tasks"]}
    assert given == {
        "clone": {pipeline.SOURCE, pipeline.SSH, pipeline.BASIC_AUTH},
        "build-and-push-tool": {pipeline.SOURCE, pipeline.REGISTRY_AUTH},
    }


def test_fifty_repositories_with_a_key_each_are_one_question_to_the_interceptors(tmp_path: Path) -> None:
    """A trigger for each, all asked at once, is more than the interceptors answer in time."""
    key = KEYS["app"]
    recording = deploy(
        tmp_path,
        [repository(f"app-{number}") for number in range(50)],
        {f"gitSshKey/team/app-{number}": key for number in range(50)},
    )
    assert len(recording.one("EventListener", "github-listener").plain()["spec"]["triggers"]) == 1
    assert len(bound(recording)) == len({one["git-credentials"] for one in bound(recording).values()}) == 50


def test_over_http_a_repository_has_its_own_user_and_password(tmp_path: Path) -> None:
    listed = ["https://git.example.com/team/lib.git", "ssh://git@git.example.com/team/common.git"]
    app = {**repository("app", submoduleUrls=listed), "url": "https://git.example.com/team/app.git"}
    tool = {**repository("tool"), "url": "https://git.example.com/team/tool.git"}
    recording = deploy(
        tmp_path,
        [app, tool],
        {
            "gitPassword/team/lib": "l1b\r\n",
            "gitPassword/team/app": "4pp",
            "gitPassword/team/tool": "t00l",
        },
        **{"gitUsername/Team/Lib": "lib-reader"},
    )
    assert data(recording, "git-basic-auth-team-app") == {
        "urls": (
            "login-team-app.username https://git.example.com/team/app.git\n"
            "login-team-lib.username https://git.example.com/team/lib.git\n"
        ),
        "login-team-app.username": "reader",
        "login-team-app.password": "4pp",
        "login-team-lib.username": "lib-reader",
        "login-team-lib.password": "l1b",
        "username": "reader",
        "password": TOKEN,
    }, "team/common is on the server of url, so it is read over HTTP with the stack's login"
    assert data(recording, "git-basic-auth-team-tool").keys() == {
        "urls",
        "login-team-tool.username",
        "login-team-tool.password",
    }, "the stack's login would open nothing of it"
    assert bound(recording)["team/app"]["git-basic-auth"] == "git-basic-auth-team-app"


def test_a_repository_over_http_may_have_a_submodule_with_a_key_of_its_own(tmp_path: Path) -> None:
    app = {
        **repository("app", submoduleUrls=[f"{HOST}:team/lib.git"]),
        "url": "https://git.example.com/team/app.git",
    }
    recording = deploy(tmp_path, [app], {"gitSshKey/team/lib": KEYS["lib"]})
    assert bound(recording)["team/app"] == {
        "git-basic-auth": "git-basic-auth",
        "git-credentials": "git-credentials-team-app",
        "registry-auth": "registry-auth",
    }
    clone = recording.one("Pipeline", "github-trigger-pipeline").plain()["spec"]["tasks"][0]
    params = {one["name"]: one["value"] for one in clone["params"]}
    assert params["loginUrls"] == f"{HOST}:team/lib.git", "at the address that its own key is for"


def test_every_login_of_a_registry_is_in_the_one_config_json(tmp_path: Path) -> None:
    registries = [
        {"server": "docker.io", "username": "hub"},
        {"server": "quay.io:5000", "username": "puller", "insecure": True},
        {"server": "mirror.example.com", "username": "mirrored"},
    ]
    secrets = {
        "registryPassword/index.docker.io": "hub-pass\n",
        "registryPassword/quay.io_5000": "quay-pass",
        "registryPassword/mirror.example.com": "mirror-pass",
        "gitSshKey": KEYS["stack"],
    }
    mirrors = {"docker.io": "https://mirror.example.com/hub"}
    recording = deploy(
        tmp_path, [repository("app")], secrets, builder={"registries": registries, "registryMirrors": mirrors}
    )
    secret = recording.one("Secret", "registry-auth", "builds")
    assert secret.plain()["type"] == "kubernetes.io/basic-auth"
    auths = json.loads(secret.plain()["stringData"]["config.json"])["auths"]
    assert {host: b64decode(one["auth"]).decode() for host, one in auths.items()} == {
        "registry.example.com:5000": f"builder:{PASSWORD}",
        "https://index.docker.io/v1/": "hub:hub-pass",
        "quay.io:5000": "puller:quay-pass",
        "mirror.example.com": "mirrored:mirror-pass",
    }
    assert SECRET_MARK in secret.inputs["stringData"]
    task = recording.one("Task", "build-image", "builds").plain()["spec"]
    (toml,) = [one["value"] for one in task["steps"][0]["env"] if one["name"] == "BUILDKITD_CONFIG"]
    assert '"quay.io:5000"' in toml, "it is spoken to over plain HTTP"
    assert "pass" not in toml


def test_a_stack_that_only_pulls_with_a_login_has_it_without_a_user_of_its_own(tmp_path: Path) -> None:
    recording = deploy(
        tmp_path,
        [repository("app")],
        {"registryPassword/docker.io": "hub-pass", "gitSshKey": KEYS["stack"], "registryPassword": ""},
        registryUsername="",
        builder={"kind": "docker", "registries": [{"server": "docker.io", "username": "hub"}]},
    )
    assert data(recording, "registry-auth").keys() == {"config.json"}


@pytest.mark.parametrize("server", ["docker.io", "index.docker.io", "registry-1.docker.io"])
def test_docker_hub_is_filed_under_one_address_whatever_it_is_called(server: str) -> None:
    assert set(json.loads(docker_config({server: ("a", "b")}))["auths"]) == {"https://index.docker.io/v1/"}
