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

NAMESPACE = "ingress-nginx"
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

    def release_object(
        kind: str, name: str, api: str = "v1", *, namespaced: bool = True, **fields: Any
    ) -> dict[str, Any]:
        meta = {"name": name, **({"namespace": NAMESPACE} if namespaced else {})}
        return {"apiVersion": api, "kind": kind, "metadata": meta, **fields}

    def pods(*command: str) -> dict[str, Any]:
        return {
            "metadata": {"labels": {"app": NAMESPACE}},
            "spec": {
                "containers": [{"name": "only", "image": image, "command": list(command)}],
                "terminationGracePeriodSeconds": 1,
            },
        }

    template = pods("true")
    # No Service leads to a pod that is done.
    template["metadata"]["labels"] = {"app": f"{NAMESPACE}-admission"}
    template["spec"]["restartPolicy"] = "OnFailure"
    job = {"template": template, "ttlSecondsAfterFinished": 0}
    web = [{"name": "http", "port": 80, "targetPort": 8080}]
    # The arguments are nginx's: they are the names of a shell here, which takes any.
    serving = pods("sh", "-c", "exec httpd -f -p 8080 -h /etc")
    serving["spec"]["containers"][0]["args"] = ["/nginx-ingress-controller"]
    serving["spec"]["containers"][0]["env"] = [{"name": "POD_NAMESPACE", "value": NAMESPACE}]
    serving["spec"]["serviceAccountName"] = NAMESPACE
    read = ["get", "list", "watch"]
    rules = [
        {"apiGroups": [""], "resources": ["configmaps", "pods", "secrets", "services"], "verbs": read},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": read},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": read},
    ]
    subjects = [{"kind": "ServiceAccount", "name": NAMESPACE, "namespace": NAMESPACE}]

    def rights(kind: str, *, namespaced: bool) -> list[dict[str, Any]]:
        reference = {"apiGroup": RBAC, "kind": kind, "name": NAMESPACE}
        return [
            release_object(kind, NAMESPACE, f"{RBAC}/v1", namespaced=namespaced, rules=rules),
            release_object(
                f"{kind}Binding",
                NAMESPACE,
                f"{RBAC}/v1",
                namespaced=namespaced,
                roleRef=reference,
                subjects=subjects,
            ),
        ]

    return [
        release_object("Namespace", NAMESPACE, namespaced=False),
        release_object("ServiceAccount", NAMESPACE),
        *rights("Role", namespaced=True),
        *rights("ClusterRole", namespaced=False),
        release_object("ConfigMap", "ingress-nginx-controller"),
        release_object(
            "Service",
            "ingress-nginx-controller",
            spec={"type": "LoadBalancer", "selector": {"app": NAMESPACE}, "ports": web},
        ),
        release_object(
            "Service",
            "ingress-nginx-controller-admission",
            spec={"selector": {"app": NAMESPACE}, "ports": web},
        ),
        release_object(
            "Deployment",
            "ingress-nginx-controller",
            "apps/v1",
            spec={"selector": {"matchLabels": {"app": NAMESPACE}}, "template": serving},
        ),
        release_object("Job", "ingress-nginx-admission-create", "batch/v1", spec=job),
        release_object("Job", "ingress-nginx-admission-patch", "batch/v1", spec=job),
        release_object(
            "IngressClass",
            "nginx-of-a-test",
            "networking.k8s.io/v1",
            namespaced=False,
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
    output = stack.up()
    assert "retired" in output, "whoever installs it is told"
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
    def may(verb: str, resource: str, *scope: str) -> str:
        account = f"system:serviceaccount:{NAMESPACE}:{NAMESPACE}"
        command = ["auth", "can-i", verb, resource, *scope, "--as", account]
        try:
            return kubectl(paths, *command).strip()
        except subprocess.CalledProcessError as error:  # kubectl says no by its exit code, too
            return str(error.stdout).strip()

    for resource in ("secrets", "ingresses.networking.k8s.io"):
        assert may("list", resource, "--namespace", NAMESPACE) == "yes"
        assert may("list", resource, "--namespace", "builds-webhook") == "no"
        assert may("list", resource, "--all-namespaces") == "no"
    assert may("list", "ingressclasses.networking.k8s.io") == "yes"
    path = "jsonpath={.spec.template.spec.containers[0].args}"
    arguments = kubectl(
        paths, "--namespace", NAMESPACE, "get", "deployment", "ingress-nginx-controller", "-o", path
    )
    assert "--watch-namespace=$(POD_NAMESPACE)" in arguments


def test_the_cloud_is_told_what_to_make(stack: Stack, paths: Paths) -> None:
    path = r"jsonpath={.metadata.annotations.example\.com/bandwidth}"
    assert (
        kubectl(
            paths, "--namespace", NAMESPACE, "get", "service", "ingress-nginx-controller", "--output", path
        )
        == "10"
    )


def test_jobs_that_are_done_are_no_drift(stack: Stack, paths: Paths) -> None:
    jobs = kubectl(
        paths, "--namespace", NAMESPACE, "get", "jobs", "--output", "jsonpath={.items[*].status.succeeded}"
    )
    assert jobs.split() == ["1", "1"], "both were awaited, and both are still there"
    unchanged = stack.succeed("up", "--yes", "--skip-preview", "--refresh")
    summary = unchanged.partition("Resources:")[2].split("Duration")[0].split()
    assert summary[1:] == ["unchanged"], f"an `up` after a refresh changes nothing: {summary}"


def test_another_image_of_a_job_replaces_it(stack: Stack, paths: Paths) -> None:
    """A Job's template is immutable: that is how an upgrade looks."""
    changed = manifest()
    for item in changed:
        if item["kind"] == "Job":
            item["spec"]["template"]["spec"]["containers"][0]["command"] = ["sh", "-c", "true"]
    (stack.folder / "manifest.json").write_text(json.dumps(changed))
    assert "2 replaced" in " ".join(stack.up().split())
