"""ingress-nginx's component on the real API server, with a manifest of the same shape.

nginx itself did not run: its images cannot be had.
"""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.network import Network
from sandbox.sandbox import BASE_IMAGE
from tests.cluster.pulumi_stack import Stack
from tests.e2e.kubectl import kubectl
from toolkit.paths import CHECKOUT, Paths
from toolkit.polling import wait_for

pytestmark = pytest.mark.e2e

HERE = "ingress-nginx"
RBAC = "rbac.authorization.k8s.io"
PROGRAM = """
import json, sys
sys.path.insert(0, {checkout!r})
from components.ingress.hooks_limits import Hooks
from components.ingress.nginx import Nginx, NginxArgs

manifest = json.load(open("manifest.json"))
hooks = Hooks(path="/hooks", host="", tls=False, source_ranges=())
annotations = {{"example.com/bandwidth": "10"}}
args = NginxArgs(manifest=manifest, priorities=[], hooks=hooks, annotations=annotations)
nginx = Nginx("ingress", args, pulumi.ResourceOptions(providers=[provider]))
pulumi.export("address", nginx.controller.address)
"""


def manifest() -> list[dict[str, Any]]:
    """The kinds and names of the release, but for a class that the sandbox has already."""
    image = f"{Network().registry}/{BASE_IMAGE}"

    def one(kind: str, name: str, api: str = "v1", *, inside: bool = True, **rest: Any) -> dict[str, Any]:
        meta = {"name": name, **({"namespace": HERE} if inside else {})}
        return {"apiVersion": api, "kind": kind, "metadata": meta, **rest}

    def pods(*command: str) -> dict[str, Any]:
        return {
            "metadata": {"labels": {"app": HERE}},
            "spec": {
                "containers": [{"name": "only", "image": image, "command": list(command)}],
                "terminationGracePeriodSeconds": 1,
            },
        }

    done = pods("true")
    done["metadata"]["labels"] = {"app": f"{HERE}-admission"}  # no Service leads to a pod that is done
    done["spec"]["restartPolicy"] = "OnFailure"
    job = {"template": done, "ttlSecondsAfterFinished": 0}
    web = [{"name": "http", "port": 80, "targetPort": 8080}]
    # The arguments are nginx's: they are the names of a shell here, which takes any.
    serving = pods("sh", "-c", "exec httpd -f -p 8080 -h /etc")
    serving["spec"]["containers"][0]["args"] = ["/nginx-ingress-controller"]
    serving["spec"]["containers"][0]["env"] = [{"name": "POD_NAMESPACE", "value": HERE}]
    serving["spec"]["serviceAccountName"] = HERE
    read = ["get", "list", "watch"]
    rules = [
        {"apiGroups": [""], "resources": ["configmaps", "pods", "secrets", "services"], "verbs": read},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": read},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": read},
    ]
    subjects = [{"kind": "ServiceAccount", "name": HERE, "namespace": HERE}]

    def rights(kind: str, *, inside: bool) -> list[dict[str, Any]]:
        reference = {"apiGroup": RBAC, "kind": kind, "name": HERE}
        return [
            one(kind, HERE, f"{RBAC}/v1", inside=inside, rules=rules),
            one(f"{kind}Binding", HERE, f"{RBAC}/v1", inside=inside, roleRef=reference, subjects=subjects),
        ]

    return [
        one("Namespace", HERE, inside=False),
        one("ServiceAccount", HERE),
        *rights("Role", inside=True),
        *rights("ClusterRole", inside=False),
        one("ConfigMap", "ingress-nginx-controller"),
        one(
            "Service",
            "ingress-nginx-controller",
            spec={"type": "LoadBalancer", "selector": {"app": HERE}, "ports": web},
        ),
        one("Service", "ingress-nginx-controller-admission", spec={"selector": {"app": HERE}, "ports": web}),
        one(
            "Deployment",
            "ingress-nginx-controller",
            "apps/v1",
            spec={"selector": {"matchLabels": {"app": HERE}}, "template": serving},
        ),
        one("Job", "ingress-nginx-admission-create", "batch/v1", spec=job),
        one("Job", "ingress-nginx-admission-patch", "batch/v1", spec=job),
        one(
            "IngressClass",
            "nginx-of-a-test",
            "networking.k8s.io/v1",
            inside=False,
            spec={"controller": "example.com/a-test"},
        ),
    ]


@pytest.fixture(scope="module")
def stack(paths: Paths, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("nginx") / "stack"
    stack = Stack(folder, paths.kubeconfig.read_text(), PROGRAM.format(checkout=str(CHECKOUT)))
    (folder / "manifest.json").write_text(json.dumps(manifest()))
    yield stack
    stack.succeed("destroy", "--yes", "--skip-preview")


def test_the_first_up_ends_with_the_address_of_a_load_balancer_that_serves(stack: Stack) -> None:
    said = stack.up()
    assert "retired" in said, "whoever installs it is told"
    address = stack.outputs["address"]
    session = requests.Session()
    session.trust_env = False  # no proxy leads to the sandbox

    def answers() -> bool | str:
        try:
            return session.get(f"http://{address}/", timeout=3).status_code > 0
        except requests.RequestException as error:
            return type(error).__name__

    wait_for("the Service that leads to the pods", answers, 20)


def test_the_controller_reads_its_own_namespace_and_no_other(stack: Stack, paths: Paths) -> None:
    def may(verb: str, resource: str, *where: str) -> str:
        account = f"system:serviceaccount:{HERE}:{HERE}"
        asked = ["auth", "can-i", verb, resource, *where, "--as", account]
        try:
            return kubectl(paths, *asked).strip()
        except subprocess.CalledProcessError as error:  # kubectl says no by its exit code, too
            return str(error.stdout).strip()

    for resource in ("secrets", "ingresses.networking.k8s.io"):
        assert may("list", resource, "--namespace", HERE) == "yes"
        assert may("list", resource, "--namespace", "builds-webhook") == "no"
        assert may("list", resource, "--all-namespaces") == "no"
    assert may("list", "ingressclasses.networking.k8s.io") == "yes"
    path = "jsonpath={.spec.template.spec.containers[0].args}"
    arguments = kubectl(
        paths, "--namespace", HERE, "get", "deployment", "ingress-nginx-controller", "-o", path
    )
    assert "--watch-namespace=$(POD_NAMESPACE)" in arguments


def test_the_cloud_is_told_what_to_make(stack: Stack, paths: Paths) -> None:
    path = r"jsonpath={.metadata.annotations.example\.com/bandwidth}"
    assert (
        kubectl(paths, "--namespace", HERE, "get", "service", "ingress-nginx-controller", "--output", path)
        == "10"
    )


def test_jobs_that_are_done_are_no_drift(stack: Stack, paths: Paths) -> None:
    jobs = kubectl(
        paths, "--namespace", HERE, "get", "jobs", "--output", "jsonpath={.items[*].status.succeeded}"
    )
    assert jobs.split() == ["1", "1"], "both were awaited, and both are still there"
    unchanged = stack.succeed("up", "--yes", "--skip-preview", "--refresh")
    summary = unchanged.partition("Resources:")[2].split("Duration")[0].split()
    assert summary[1:] == ["unchanged"], f"an `up` after a refresh changes nothing: {summary}"


def test_another_image_of_a_job_replaces_it(stack: Stack, paths: Paths) -> None:
    """A Job's template is immutable: that is how an upgrade looks."""
    changed = manifest()
    for one in changed:
        if one["kind"] == "Job":
            one["spec"]["template"]["spec"]["containers"][0]["command"] = ["sh", "-c", "true"]
    (stack.folder / "manifest.json").write_text(json.dumps(changed))
    assert "2 replaced" in " ".join(stack.up().split())
