"""What each component makes, seen from outside: its routes, its order, its Secrets."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.builds.credentials import docker_config
from components.cluster.existing import load_kubeconfig
from settings import Existing
from tests.support import program
from tests.support.manifests import served
from tests.support.recorded import OUTPUTS, Recording, record


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return program.whole(tmp_path_factory.mktemp("stack"))


def test_the_ingress_controllers_namespace_has_no_credentials(whole: Recording) -> None:
    held = [one.name for one in whole.all("Secret") if _namespace(one) == "ingress"]
    assert held == [], "what is there is read by the process that the internet talks to"


def test_nobody_gets_a_wildcard_or_a_right_to_pretend(whole: Recording) -> None:
    for role in [*whole.all("Role"), *whole.all("ClusterRole")]:
        rules = role.plain()["rules"]
        assert "*" not in json.dumps(rules), f"{role.name} has a wildcard"
        assert not {"impersonate", "escalate", "bind"} & {verb for rule in rules for verb in rule["verbs"]}


def test_the_route_is_hooks_alone_on_class_nginx(whole: Recording) -> None:
    spec = whole.one("Ingress", "ingress-resource", "ingress").plain()["spec"]
    assert spec["ingressClassName"] == "nginx"
    (rule,) = spec["rules"]
    assert rule["host"] == "hooks.example.com"
    (path,) = rule["http"]["paths"]
    assert (path["path"], path["pathType"]) == ("/hooks", "Exact")
    assert path["backend"]["service"] == {"name": "hooks-backend", "port": {"number": 8080}}
    backend = whole.one("Service", "hooks-backend", "ingress").plain()["spec"]
    assert backend["type"] == "ExternalName"
    assert backend["externalName"] == "el-github-listener.builds-webhook.svc"


def test_beside_the_load_balancer_no_service_is_waited_for(whole: Recording) -> None:
    """The provider shares a watch of a namespace's Services; these have no generation, so old ones pass."""
    waiting = [
        service.plain()["metadata"]["name"]
        for service in whole.all("Service")
        if service.plain()["metadata"].get("namespace") == "ingress"
        and service.plain()["metadata"].get("annotations", {}).get("pulumi.com/skipAwait") != "true"
    ]
    assert waiting == ["traefik"], "the balancer's recorded state may be the one before its change"


def test_the_route_waits_for_the_listener_whose_service_it_names(whole: Recording) -> None:
    listener = whole.one("EventListener", "github-listener")
    annotations = listener.plain()["metadata"]["annotations"]
    assert annotations["pulumi.com/waitFor"] == "condition=Available"
    assert listener.urn in whole.one("Ingress", "ingress-resource", "ingress").dependencies


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Task", "git-clone"),
        ("Pipeline", "github-trigger-pipeline"),
        ("TriggerTemplate", "github-template"),
        ("EventListener", "github-listener"),
        ("Namespace", "builds"),
    ],
)
def test_what_tekton_admits_comes_after_tekton_and_goes_before_it(
    whole: Recording, kind: str, name: str
) -> None:
    tekton = {one.urn for one in whole.all("ValidatingWebhookConfiguration")}
    assert tekton, "nothing would be admitted"
    assert tekton <= whole.before(whole.one(kind, name)), f"{kind} {name} may meet a webhook without a server"


def test_the_listener_comes_after_what_it_names(whole: Recording) -> None:
    needed = whole.before(whole.one("EventListener", "github-listener"))
    for kind, name in (
        ("Secret", "github-secret"),
        ("TriggerTemplate", "github-template"),
        ("Pipeline", "github-trigger-pipeline"),
    ):
        assert whole.one(kind, name).urn in needed, f"a push may arrive before {kind} {name}"


def test_registry_auth_is_the_tutorials_secret_and_buildkits_file_in_one(whole: Recording) -> None:
    secret = whole.one("Secret", "registry-auth").plain()
    assert secret["type"] == "kubernetes.io/basic-auth"
    data = secret["stringData"]
    assert (data["username"], data["password"]) == ("builder", program.PASSWORD)
    auth = json.loads(data["config.json"])["auths"]["registry.example.com:5000"]["auth"]
    assert b64decode(auth).decode() == f"builder:{program.PASSWORD}"


def test_docker_hub_is_filed_under_the_address_that_clients_look_up() -> None:
    assert set(json.loads(docker_config({"docker.io": ("a", "b")}))["auths"]) == {
        "https://index.docker.io/v1/"
    }


def test_a_stack_without_credentials_has_no_secrets_and_binds_none(tmp_path: Path) -> None:
    given = program.config(tmp_path / "kubeconfig")
    del given["registryUsername"], given["gitUsername"]
    given["dashboard"] = {"enabled": False}
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        recording = program.run({**given, "releaseMirror": mirror}, {})
    own = [one for one in recording.all("Secret") if not one.released]
    assert [one.plain()["metadata"]["name"] for one in own] == ["github-secret"]
    (run,) = recording.one("TriggerTemplate", "github-template").plain()["spec"]["resourcetemplates"]
    assert [one["name"] for one in run["spec"]["workspaces"]] == ["pipeline-pvc"]


def test_a_preview_on_a_machine_where_nothing_runs_shows_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    given = program.config(tmp_path / "kubeconfig")
    given["cluster"]["kubeconfig"] = str(tmp_path / "none-yet")
    with served(lambda _: (404, {}, "")) as mirror:
        recording = program.run({**given, "releaseMirror": mirror}, preview=True)
    missing = [line for line in recording.logged if "no such file" in line or "is not shown" in line]
    assert len(missing) == 5, "one sentence for the kubeconfig and one for each release"
    assert [one.name for one in recording.resources if one.released] == []
    assert recording.one("Pipeline", "github-trigger-pipeline")


def test_an_up_without_a_kubeconfig_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        pulumi.RunError, match="there is no such file: start the cluster or name its kubeconfig"
    ):
        record(lambda: load_kubeconfig(Existing(kind="existing", kubeconfig=str(tmp_path / "none")), None))


def test_a_host_name_of_a_load_balancer_is_as_good_as_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setitem(
        OUTPUTS,
        "kubernetes:core/v1:Service",
        {"status": {"loadBalancer": {"ingress": [{"hostname": "lb.cloud.example.com"}]}}},
    )
    given = program.config(tmp_path / "kubeconfig")
    del given["ingress"]["host"]
    with served() as mirror:
        recording = program.run({**given, "releaseMirror": mirror})
    assert recording.exports["hooks_url"].value == "http://lb.cloud.example.com/hooks"
    assert "host" not in recording.one("Ingress", "ingress-resource", "ingress").plain()["spec"]["rules"][0]


def _namespace(one: Any) -> str:
    return str(one.plain()["metadata"]["namespace"])
