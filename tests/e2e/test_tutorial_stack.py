"""The tutorial's choices on the real cluster: SSH clones, Docker builds, the Dashboard behind a login."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from cli.commands import push as push_command
from cli.push import Push
from sandbox.forge.forge import BRANCH, REPOSITORY, Forge
from sandbox.forge.ssh_key import SshKey
from sandbox.network import Network
from sandbox.stack.overrides import stack_overrides
from sandbox.stack.stack import Stack
from tests.e2e import login_image
from tests.e2e.dashboard_release import NAMESPACE, PAGE, release
from tests.e2e.kubectl import kubectl
from tests.support.manifests import PATHS
from toolkit.paths import CHECKOUT, Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

HOST = "tekton.k8s.local"
LOGIN, PROXY = "dashboard", "dashboard-oauth2-proxy"
JSON = {"Accept": "application/json"}
UNAVAILABLE = (502, 503, 504)
RELEASE = PATHS["tekton-dashboard"].lstrip("/")
IMAGES = ("frontend", "backend")


@pytest.fixture(scope="module")
def forge(push: Push) -> Forge:
    return push.forge


def images(paths: Paths) -> dict[str, str]:
    """Images that the sandbox's stack names."""
    stack = Stack(paths, Network(), paths.state / "bin" / "pulumi")
    file = Path(stack.environment["PULUMI_OPTION_CONFIG_FILE"])
    image_names: dict[str, str] = yaml.safe_load(file.read_text())["config"]["tekton-builds:images"]
    return image_names


def lock(folder: Path) -> Path:
    """The sandbox's releases, and the Dashboard of the project's own lock."""
    sandbox_releases, project_releases = (
        yaml.safe_load((CHECKOUT / file).read_text())
        for file in ("sandbox/releases.yaml", "releases/releases.yaml")
    )
    file = folder / "releases.yaml"
    file.write_text(
        yaml.safe_dump({**sandbox_releases, "tekton-dashboard": project_releases["tekton-dashboard"]})
    )
    return file


@pytest.fixture(scope="module")
def tutorial(
    paths: Paths, forge: Forge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """The stack's outputs with the tutorial's choices."""
    key = SshKey.generate()
    repository = f"repos/{forge.account.username}/{REPOSITORY}"
    deploy_key = forge.api.post(
        f"{repository}/keys", {"title": "a test's", "key": key.public, "read_only": True}
    )
    settings = {
        "builder": {"kind": "docker", "egress": Network().egress},
        "dashboard": {},
        "images": {**images(paths), "oauth2Proxy": login_image.provide(paths, Network())},
        "repositories": [
            {"url": forge.ssh_url, "images": [{"name": name, "context": name} for name in IMAGES]}
        ],
        "gitKnownHosts": forge.known_hosts,
        "releaseLock": str(lock(tmp_path_factory.mktemp("lock"))),
    }
    log = tmp_path_factory.mktemp("tutorial") / "up.log"
    file = paths.state / "releases" / RELEASE
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump_all(release()))
    try:
        with stack_overrides(paths, log, settings, {"gitSshKey": key.private}) as outputs:
            text = log.read_text()
            assert "its daemon is privileged" in text, "whoever chooses it is told"
            assert "passwords and cookies of its login travel in the clear" in text
            yield outputs
    finally:
        file.unlink()
        file.parent.rmdir()
        forge.api.delete(f"{repository}/keys/{deploy_key['id']}")


def dashboard(
    outputs: dict[str, Any],
    auth: tuple[str, str] | None = None,
    *,
    host: str = HOST,
    headers: Mapping[str, str] = JSON,
) -> tuple[int, str]:
    session = requests.Session()
    session.trust_env = False  # neither a proxy nor somebody's .netrc
    address = f"http://{outputs['load_balancer_ip']}/"
    try:
        answer = session.get(address, headers={**headers, "Host": host}, auth=auth, timeout=5)
    except requests.ReadTimeout:  # the controller waits for a pod that has gone
        return 504, ""
    return answer.status_code, answer.text


def status(outputs: dict[str, Any], expected: int, auth: tuple[str, str] | None = None) -> bool | str:
    """Returns True when the Dashboard answers with the expected status, else its answer."""
    code, text = dashboard(outputs, auth)
    return code == expected or f"{code} {text[:80]!r}"


def test_a_push_is_cloned_over_ssh_and_becomes_images_by_docker(
    tutorial: dict[str, Any], paths: Paths, forge: Forge
) -> None:
    assert push_command.push(paths, Network()) == 0, "what it printed says why"
    branch = forge.api.get(f"repos/{forge.account.username}/{REPOSITORY}/branches/{BRANCH}")
    task_runs = kubectl(paths, "get", "taskruns", "--namespace", tutorial["namespace"], "--output", "json")
    runs = [
        run
        for run in json.loads(task_runs)["items"]
        if run["metadata"]["annotations"]["tekton-builds/revision"] == branch["commit"]["id"]
    ]
    docker = [run for run in runs if run["spec"]["taskRef"]["name"] == "docker-socket"]
    assert len(docker) == 2, "one per image"
    cloned = [
        result["value"]
        for run in runs
        for result in run["status"].get("results", [])
        if result["name"] == "url"
    ]
    assert forge.ssh_url in cloned, "with a deploy key, from a server whose key was given"
    for run in docker:
        results = {result["name"]: result["value"] for result in run["status"]["results"]}
        assert results["IMAGE_DIGEST"].startswith("sha256:"), "the digest that the registry has"


def test_the_namespace_of_the_builds_allows_what_docker_needs(tutorial: dict[str, Any], paths: Paths) -> None:
    path = r"jsonpath={.metadata.labels.pod-security\.kubernetes\.io/enforce}"
    assert kubectl(paths, "get", "namespace", tutorial["namespace"], "--output", path) == "privileged"


def test_the_dashboard_asks_who_is_there(tutorial: dict[str, Any]) -> None:
    assert tutorial["dashboard_url"] == f"http://{HOST}"
    wait_for("the controller's new route", lambda: status(tutorial, 401), 30)
    assert dashboard(tutorial, ("admin", "wrong"))[0] == 401
    code, text = dashboard(tutorial, ("admin", tutorial["dashboard_password"]))
    assert (code, text.strip()) == (200, PAGE)


def test_a_browser_gets_a_form_for_the_same_password(tutorial: dict[str, Any]) -> None:
    code, text = dashboard(tutorial, headers={"Accept": "text/html"})
    assert code == 403
    assert 'name="password"' in text
    session = requests.Session()
    session.trust_env = False
    answer = session.post(
        f"http://{tutorial['load_balancer_ip']}/oauth2/sign_in",
        headers={"Host": HOST},
        data={"username": "admin", "password": tutorial["dashboard_password"], "rd": "/"},
        allow_redirects=False,
        timeout=5,
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.get_dict().items())
    assert dashboard(tutorial, headers={"Cookie": cookie})[1].strip() == PAGE


def test_the_dashboard_is_there_under_its_host_alone(tutorial: dict[str, Any]) -> None:
    auth = ("admin", tutorial["dashboard_password"])
    assert dashboard(tutorial, auth, host="other.example.com")[0] == 404


def test_the_cluster_holds_a_hash_and_not_the_password(tutorial: dict[str, Any], paths: Paths) -> None:
    secret = kubectl(
        paths,
        *("get", "secret", "dashboard-login", "--namespace", LOGIN),
        *("--output", "go-template={{.data.htpasswd | base64decode}}"),
    )
    assert secret.startswith("admin:$2"), "bcrypt, which oauth2-proxy reads"
    assert tutorial["dashboard_password"] not in secret


def test_without_its_secret_the_dashboard_is_closed(tutorial: dict[str, Any], paths: Paths) -> None:
    secret = ("secret", "dashboard-login", "--namespace", LOGIN)
    original = json.loads(kubectl(paths, "get", *secret, "--output", "json"))
    for key in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
        original["metadata"].pop(key, None)
    kubectl(paths, "delete", *secret)
    try:
        assert dashboard(tutorial)[0] == 401, "the pod that runs keeps its file"
        kubectl(paths, "delete", "pods", "--namespace", LOGIN, "--all")

        def closed() -> bool | str:
            assert dashboard(tutorial)[0] in (401, *UNAVAILABLE), "nobody gets in meanwhile"
            code, text = dashboard(tutorial, ("admin", tutorial["dashboard_password"]))
            return code in UNAVAILABLE or f"{code} {text[:80]!r}"

        wait_for("the controller, which finds no pod", closed, 60)
        assert dashboard(tutorial)[0] in UNAVAILABLE
    finally:
        kubectl(paths, "create", "--filename", "-", stdin=json.dumps(original))
    right = ("admin", tutorial["dashboard_password"])
    wait_for("the login with its Secret", lambda: status(tutorial, 200, right), 120)


def test_tektons_namespace_has_nothing_of_the_login(tutorial: dict[str, Any], paths: Paths) -> None:
    kinds = "secrets,ingresses,deployments"
    names = kubectl(paths, "get", kinds, "--namespace", NAMESPACE, "--output", "name")
    assert tutorial["dashboard_url"], "there is one"
    assert "login" not in names
    assert "ingress-resource" not in names
    assert PROXY not in names
