"""The tutorial's choices on the real cluster: SSH clones, Docker builds, the Dashboard behind a login.

The Dashboard's own image cannot be had: its release here is one of the same names, and a web server.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import yaml

from sandbox import push_command
from sandbox.changed_stack import changed
from sandbox.forge import BRANCH, REPOSITORY, Forge
from sandbox.network import Network
from sandbox.paths import Paths
from sandbox.push import Push
from sandbox.ssh_key import SshKey
from sandbox.waiting import wait_for
from sandbox.whole import BASE_IMAGE
from tests.e2e.kubectl import kubectl

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

HERE, NAME, HOST = "tekton-pipelines", "tekton-dashboard", "tekton.k8s.local"
RELEASE = "tekton-releases/dashboard/previous/v0.73.0/release.yaml"
IMAGES = ("frontend", "backend")
PAGE = "the Dashboard's page"


def release() -> list[dict[str, Any]]:
    """With the names of the Dashboard's release, and what each of them is."""

    def one(kind: str, name: str, api: str = "v1", *, inside: bool = True, **rest: Any) -> dict[str, Any]:
        meta = {"name": name, **({"namespace": HERE} if inside else {})}
        return {"apiVersion": api, "kind": kind, "metadata": meta, **rest}

    pods = {"app.kubernetes.io/name": "dashboard"}
    serve = f'mkdir -p /tmp/www && echo "{PAGE}" >/tmp/www/index.html && exec httpd -f -p 9097 -h /tmp/www'
    container = {
        "name": NAME,
        "image": f"{Network().registry}/{BASE_IMAGE}",
        "command": ["sh", "-c", serve],
        "ports": [{"containerPort": 9097}],
        "readinessProbe": {"httpGet": {"path": "/", "port": 9097}, "periodSeconds": 1},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsUser": 65532,
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    group = "dashboard.tekton.dev"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return [
        one(
            "CustomResourceDefinition",
            f"extensions.{group}",
            "apiextensions.k8s.io/v1",
            inside=False,
            spec={
                "group": group,
                "scope": "Namespaced",
                "names": {"kind": "Extension", "plural": "extensions"},
                "versions": [{"name": "v1alpha1", "served": True, "storage": True, "schema": schema}],
            },
        ),
        one("ServiceAccount", NAME),
        one("ConfigMap", "dashboard-info", data={"version": "a-test"}),
        one(
            "Deployment",
            NAME,
            "apps/v1",
            spec={
                "selector": {"matchLabels": pods},
                "template": {
                    "metadata": {"labels": pods},
                    "spec": {
                        "serviceAccountName": NAME,
                        "containers": [container],
                        "terminationGracePeriodSeconds": 1,
                    },
                },
            },
        ),
        one(
            "Service",
            NAME,
            spec={"selector": pods, "ports": [{"name": "http", "port": 9097, "targetPort": 9097}]},
        ),
    ]


@pytest.fixture(scope="module")
def forge(push: Push) -> Forge:
    return push.forge


@pytest.fixture(scope="module")
def tutorial(
    paths: Paths, forge: Forge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """The stack's outputs with the tutorial's choices."""
    key = SshKey.generate()
    repository = f"repos/{forge.account.username}/{REPOSITORY}"
    made = forge.api.post(f"{repository}/keys", {"title": "a test's", "key": key.public, "read_only": True})
    settings = {
        "builder": {"kind": "docker"},
        "dashboard": {},
        "repositories": [{"url": forge.ssh_url, "images": [{"name": one, "context": one} for one in IMAGES]}],
        "gitKnownHosts": forge.known_hosts,
        "releaseLock": "",  # the project's own, which has the Dashboard
    }
    log = tmp_path_factory.mktemp("tutorial") / "up.log"
    file = paths.state / "releases" / RELEASE
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump_all(release()))
    try:
        with changed(paths, log, settings, {"gitSshKey": key.private}) as outputs:
            said = log.read_text()
            assert "its daemon is privileged" in said, "whoever chooses it is told"
            assert "passwords and cookies of its login travel in the clear" in said
            yield outputs
    finally:
        file.unlink()
        file.parent.rmdir()
        forge.api.delete(f"{repository}/keys/{made['id']}")


def dashboard(
    outputs: dict[str, Any], auth: tuple[str, str] | None = None, host: str = HOST
) -> tuple[int, str]:
    session = requests.Session()
    session.trust_env = False  # neither a proxy nor somebody's .netrc
    address = f"http://{outputs['load_balancer_ip']}/"
    answer = session.get(address, headers={"Host": host}, auth=auth, timeout=5)
    return answer.status_code, answer.text


def test_a_push_is_cloned_over_ssh_and_becomes_images_by_docker(
    tutorial: dict[str, Any], paths: Paths, forge: Forge
) -> None:
    assert push_command.push(paths, Network()) == 0, "what it printed says why"
    branch = forge.api.get(f"repos/{forge.account.username}/{REPOSITORY}/branches/{BRANCH}")
    found = kubectl(paths, "get", "taskruns", "--namespace", tutorial["namespace"], "--output", "json")
    runs = [
        run
        for run in json.loads(found)["items"]
        if run["metadata"]["annotations"]["tekton-builds/revision"] == branch["commit"]["id"]
    ]
    docker = [run for run in runs if run["spec"]["taskRef"]["name"] == "docker-socket"]
    assert len(docker) == 2, "one per image"
    cloned = [
        one["value"] for run in runs for one in run["status"].get("results", []) if one["name"] == "url"
    ]
    assert forge.ssh_url in cloned, "with a deploy key, from a server whose key was given"
    for run in docker:
        results = {one["name"]: one["value"] for one in run["status"]["results"]}
        assert results["IMAGE_DIGEST"].startswith("sha256:"), "the digest that the registry has"


def test_the_namespace_of_the_builds_allows_what_docker_needs(tutorial: dict[str, Any], paths: Paths) -> None:
    path = r"jsonpath={.metadata.labels.pod-security\.kubernetes\.io/enforce}"
    assert kubectl(paths, "get", "namespace", tutorial["namespace"], "--output", path) == "privileged"


def test_the_dashboard_asks_who_is_there(tutorial: dict[str, Any]) -> None:
    assert tutorial["dashboard_url"] == f"http://{HOST}"

    def asked() -> bool | str:
        status, text = dashboard(tutorial)
        return status == 401 or f"{status} {text[:80]!r}"

    wait_for("the controller's new route", asked, 30)
    assert dashboard(tutorial, ("admin", "wrong"))[0] == 401
    status, text = dashboard(tutorial, ("admin", tutorial["dashboard_password"]))
    assert (status, text.strip()) == (200, PAGE)


def test_the_dashboard_is_there_under_its_host_alone(tutorial: dict[str, Any]) -> None:
    auth = ("admin", tutorial["dashboard_password"])
    assert dashboard(tutorial, auth, host="other.example.com")[0] == 404


def test_the_cluster_holds_a_hash_and_not_the_password(tutorial: dict[str, Any], paths: Paths) -> None:
    secret = kubectl(
        paths,
        *("get", "secret", "dashboard-login", "--namespace", HERE),
        *("--output", "go-template={{.data.auth | base64decode}}"),
    )
    assert secret.startswith("admin:$2"), "bcrypt, which nginx and Traefik both read"
    assert tutorial["dashboard_password"] not in secret
