"""The tutorial's objects are there under their names, or docs/coming-from-the-tutorial.md names them."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.forge.ssh_key import SshKey
from tests.support.manifests import served
from tests.support.program import SECRETS, config, run
from tests.support.recorded import Recording

# The tutorial's objects: kind, name, and ours where it stands under the same two. None: not kept.
ROWS = {
    ("Task", "git-clone"): "builds",
    ("Task", "docker-socket"): "builds",
    ("Pipeline", "github-trigger-pipeline"): "builds",
    ("EventListener", "github-listener"): "builds-webhook",
    ("TriggerTemplate", "github-template"): "builds-webhook",
    ("ServiceAccount", "tekton-build-sa"): "builds",
    ("Secret", "registry-auth"): "builds",
    ("Secret", "github-secret"): "builds-webhook",
    ("Secret", "git-credentials"): "builds",
    ("Ingress", "ingress-resource"): "ingress",
}
NOT_KEPT = {
    ("PersistentVolumeClaim", "pipeline-pvc"): "a claim per run, of the same name in the Pipeline",
    ("ClusterRoleBinding", "tekton-clusterrole-binding"): "edit in the whole cluster",
    ("Role", "tekton-triggers-github-minimal"): "impersonate",
    ("RoleBinding", "tekton-triggers-github-binding"): "impersonate",
    ("ClusterRole", "tekton-triggers-github-clusterrole"): "rights under names of our own",
    ("ClusterRoleBinding", "tekton-triggers-github-clusterbinding"): "rights under names of our own",
}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A stack with the tutorial's choices: Docker, SSH, Docker Hub."""
    folder: Path = tmp_path_factory.mktemp("tutorial")
    given: dict[str, Any] = config(folder / "kubeconfig")
    given["repositories"][0]["url"] = "git@github.com:example/kubernetes-example.git"
    given |= {"builder": {"kind": "docker"}, "registry": {"server": "docker.io"}}
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return run({**given, "releaseMirror": mirror}, {**SECRETS, "gitSshKey": SshKey.generate().private})


@pytest.mark.parametrize(("kind", "name"), ROWS)
def test_an_object_of_the_tutorial_is_there_under_its_name(
    recording: Recording, kind: str, name: str
) -> None:
    for namespace in ROWS[kind, name].split(" and "):
        assert recording.one(kind, name, namespace)


@pytest.mark.parametrize(("kind", "name"), NOT_KEPT)
def test_what_is_not_kept_is_not_there_and_the_docs_say_why(
    recording: Recording, kind: str, name: str
) -> None:
    there = [one for one in recording.all(kind) if one.plain()["metadata"]["name"] == name]
    assert not there, NOT_KEPT[kind, name]
    text = (Path(__file__).parents[3] / "docs" / "coming-from-the-tutorial.md").read_text(encoding="utf-8")
    assert f"`{name}`" in text, "someone who looks for it learns nothing"


def test_secrets_have_the_tutorials_keys(recording: Recording) -> None:
    keys = {
        name: set(recording.one("Secret", name).plain()["stringData"])
        for name in ("registry-auth", "github-secret", "git-credentials")
    }
    assert {"username", "password"} <= keys["registry-auth"]
    assert keys["github-secret"] == {"secretToken"}
    assert keys["git-credentials"] == {"id_rsa", "known_hosts"}, "and `config`, which could name a program"


def test_the_trigger_and_its_runs_are_called_as_there(recording: Recording) -> None:
    (trigger,) = recording.one("EventListener", "github-listener").plain()["spec"]["triggers"]
    assert trigger["name"] == "github-push-events-trigger"
    (run_,) = recording.one("TriggerTemplate", "github-template").plain()["spec"]["resourcetemplates"]
    assert run_["metadata"]["generateName"] == "github-run-"
    looked_up = trigger["interceptors"][1]["params"][1]["value"][0]["expression"]
    assert '"pipeline": "github-trigger-pipeline"' in looked_up
    assert run_["spec"]["pipelineRef"]["name"] == "$(tt.params.pipeline)"
    assert run_["spec"]["taskRunTemplate"]["serviceAccountName"] == "tekton-build-sa"
    assert {one["name"] for one in run_["spec"]["workspaces"]} >= {"pipeline-pvc", "git-credentials"}


def test_the_builds_are_the_tutorials_two_and_follow_its_rule_for_docker_hub(recording: Recording) -> None:
    clone, *builds = recording.one("Pipeline", "github-trigger-pipeline").plain()["spec"]["tasks"]
    assert (clone["name"], clone["taskRef"]["name"]) == ("clone", "git-clone")
    assert [one["name"] for one in builds] == ["build-and-push-frontend", "build-and-push-backend"]
    for one in builds:
        params = {param["name"]: param["value"] for param in one["params"]}
        assert params["registry_url"] == "docker.io"
        assert params["registry_mirror"] == "", "so that the images are the user's"
        assert params["tag"] == "$(tasks.clone.results.commit_short)"
