"""The real API server, and Tekton's admission in it, judge every object that the program writes."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config, dynamic

from sandbox.forge.ssh_key import SshKey
from tests.support import program
from tests.support.manifests import served
from tests.support.recorded import Registered
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = pytest.mark.e2e

REFUSALS = {
    "Task": ("steps", []),
    "Pipeline": ("tasks", [{"name": "a", "runAfter": ["b"], "taskRef": {"name": "x"}}]),
    "TriggerTemplate": ("params", []),
    "EventListener": ("triggers", [{"template": {}}]),
}


@pytest.fixture(scope="module")
def cluster(paths: Paths) -> dynamic.DynamicClient:
    return dynamic.DynamicClient(config.new_client_from_config(config_file=str(paths.kubeconfig)))


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Objects that the program registers for stacks with everything set, without Tekton's releases."""
    folder: Path = tmp_path_factory.mktemp("stack")
    common = program.config(folder / "kubeconfig")
    urls = {"url": "git@github.com:team/shop.git", "submoduleUrls": ["git@github.com:team/lib.git"]}
    repository = {**common["repositories"][0], **urls}
    login = {"kind": "oauth2-proxy", "clientId": "an-id", "githubOrg": "example"}
    variant = {
        **common,
        "repositories": [repository],
        "builder": {"kind": "docker"},
        "dashboard": {"auth": login, "tls": {"secretName": "dashboard-tls"}},
    }
    variant_secrets = {
        **program.SECRETS,
        "dashboardClientSecret": "a",
        "gitSshKey": SshKey.generate().private,
    }
    variant_secrets["statusToken"] = "a"  # the repository is at GitHub
    variant_secrets["gitSshKey/team/lib"] = SshKey.generate().private
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        recordings = [
            program.run({**settings, "releaseMirror": mirror}, secrets)
            for settings, secrets in ((common, None), (variant, variant_secrets))
        ]
    return [
        resource.plain()
        for recording in recordings
        for resource in recording.resources
        if _is_of_program(resource)
    ]


@pytest.fixture(scope="module", autouse=True)
def namespaces(cluster: dynamic.DynamicClient, objects: list[dict[str, Any]]) -> Iterator[None]:
    """Creates the namespaces that the sandbox's stack has not: a missing one accepts nothing."""
    kind = cluster.resources.get(api_version="v1", kind="Namespace")

    def existing() -> set[str]:
        return {item.metadata.name for item in kind.get().items}

    missing = {body["metadata"]["name"] for body in objects if body["kind"] == "Namespace"} - existing()
    for name in missing:
        kind.create(body={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield
    for name in missing:
        kind.delete(name=name)
    wait_for("the namespaces' end", lambda: not missing & existing(), 60)


def _is_of_program(resource: Registered) -> bool:
    return resource.kubernetes and not resource.released


def _tried(cluster: dynamic.DynamicClient, body: dict[str, Any]) -> None:
    """Applies it as a dry run; an unknown field is an error. What is there already is left out of it."""
    if "tekton.dev" in body["apiVersion"]:
        body = {**body, "metadata": {**body["metadata"], "name": f"{body['metadata']['name']}-tried"}}
    kind = cluster.resources.get(api_version=body["apiVersion"], kind=body["kind"])
    cluster.patch(
        kind,
        body=body,
        name=body["metadata"]["name"],
        namespace=body["metadata"].get("namespace"),
        content_type="application/apply-patch+yaml",
        field_manager="test",
        force_conflicts=True,  # the dynamic client ignores `force`
        dry_run="All",
        field_validation="Strict",
    )


def test_every_object_is_accepted_with_every_field_known(
    cluster: dynamic.DynamicClient, objects: list[dict[str, Any]]
) -> None:
    refused = {}
    for body in objects:
        try:
            _tried(cluster, body)
        except client.ApiException as error:
            refused[f"{body['kind']} {body['metadata']['name']}"] = f"{error.status} {error.body}"
    assert not refused
    assert len(objects) > 50, "the recording is not the program's"


@pytest.mark.parametrize("kind", REFUSALS)
def test_tekton_would_have_refused_a_mistake(
    cluster: dynamic.DynamicClient, objects: list[dict[str, Any]], kind: str
) -> None:
    broken = copy.deepcopy(next(body for body in objects if body["kind"] == kind))
    field, value = REFUSALS[kind]
    broken["spec"][field] = value
    with pytest.raises(client.ApiException) as error:
        _tried(cluster, broken)
    assert "admission webhook" in str(error.value.body), "no webhook answers, so its silence proves nothing"
