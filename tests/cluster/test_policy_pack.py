"""The policy pack under the real engine: one stack breaks every policy, and another one none."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.rules import RULES
from tests.cluster.api_server import ApiServer
from tests.cluster.pulumi_stack import CHECKOUT, Stack

pytestmark = pytest.mark.cluster

PREVIEW = ("preview", "--policy-pack", str(CHECKOUT / "policy"))
# The same program both times: `broken` says which of two inputs each resource has.
PROGRAM = """
import tencentcloud_iac_pulumi as tencentcloud

broken = BROKEN
core, apps, rbac = kubernetes.core.v1, kubernetes.apps.v1, kubernetes.rbac.v1
custom = kubernetes.apiextensions.CustomResource
IMAGE = "docker.io/library/busybox:1.37.0"

def either(bad, good):
    return bad if broken else good

def deployment(name, pod=None, **container):
    labels = {"app": name}
    apps.Deployment(name,
        metadata={"name": name, "namespace": "default"},
        spec={"selector": {"match_labels": labels}, "template": {"metadata": {"labels": labels}, "spec": {
            "containers": [{"name": "c", "image": IMAGE, **container}], **(pod or {})}}},
        opts=options())

def rules(name, *ingresses):
    made = [tencentcloud.security.GroupRuleSetIngressArgs(
        action="ACCEPT", cidr_block=cidr, protocol=protocol, port=port) for cidr, protocol, port in ingresses]
    tencentcloud.security.GroupRuleSet(name, security_group_id="sg-12345678", ingresses=made,
        opts=pulumi.ResourceOptions(provider=cloud))

cloud = tencentcloud.Provider("cloud", region="ap-hongkong", secret_id="a", secret_key="a")
deployment("privileged", security_context={"privileged": either(True, False)})
deployment("host", pod={"host_network": either(True, False)})
deployment("capability", security_context={"capabilities": {"add": [either("SYS_ADMIN", "CHOWN")]}})
deployment("tag", image=either("busybox", IMAGE))
deployment("password", env=[{"name": either("API_TOKEN", "API_URL"), "value": "of a test"}])
custom("task", api_version="tekton.dev/v1", kind="Task",
    metadata={"name": "task", "namespace": "default"},
    spec={"params": [{"name": "image", "default": either("busybox:latest", IMAGE)}],
          "steps": [{"name": "s", "image": "$(params.image)"}]},
    opts=options())
core.ConfigMap("map", data={either("client_secret", "client_name"): "of a test"}, opts=options())
rbac.ClusterRoleBinding("admin",
    role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole",
              "name": either("cluster-admin", "view")},
    subjects=[{"kind": "ServiceAccount", "name": "a", "namespace": "default"}],
    opts=options())
rbac.ClusterRole("reader",
    rules=[{"api_groups": [""], "resources": [either("secrets", "pods")], "verbs": ["list"]}],
    opts=options())
rules("halves", ("0.0.0.0/0", "ICMP", "ALL"), ("203.0.113.0/24", "TCP", "443"),
    *either([("0.0.0.0/1", "TCP", "443"), ("128.0.0.0/1", "TCP", "443")], []))
kubernetes.networking.v1.Ingress("ingress",
    spec={"rules": [{"host": "a.example.com"}], "ingress_class_name": "nginx",
          **either({}, {"tls": [{"secret_name": "a"}]})},
    opts=options())
core.Service("exposed",
    spec={"type": either("LoadBalancer", "ClusterIP"), "selector": {"app": "a"}, "ports": [{"port": 80}]},
    opts=options())
"""
# By resource: the policy that refuses it, and how its sentence begins.
BROKEN = {
    "privileged": ("no-privileged-container", "the container c is privileged"),
    "host": ("no-host-access", "`hostNetwork` gives a pod its node's network"),
    "capability": ("pod-security-baseline", "the container c has the capability SYS_ADMIN added"),
    "tag": ("exact-images", "the image busybox is another one tomorrow"),
    "task": ("exact-images", "the image busybox:latest is another one tomorrow"),
    "admin": ("no-cluster-admin", "it binds cluster-admin"),
    "reader": ("no-far-reaching-role", "it reads every Secret of the cluster"),
    "password": ("no-plain-secret", "the variable API_TOKEN has its value in the clear"),
    "map": ("no-plain-secret", "client_secret is in a ConfigMap"),
    "halves": ("no-open-api-server", "port 443 is open to the world, by 0.0.0.0/1, 128.0.0.0/1"),
    "ingress": ("tls-in-production", "it has no TLS"),
    "exposed": ("tls-in-production", "its LoadBalancer speaks plain HTTP"),
}


def stack(folder: Path, server: ApiServer, *, broken: bool) -> Stack:
    return Stack(folder / "stack", server.kubeconfig, PROGRAM.replace("BROKEN", str(broken)), name="eu-prod")


def violations(output: str) -> Iterator[tuple[str, str, str]]:
    """Resource, policy and everything that is said of it, for each that the CLI lists."""
    heading = re.compile(r"\[mandatory\]\s+(\S+)\s+\(\S+: (\S+)\)\n((?:(?!.*\[mandatory\]).+\n)*)")
    for match in heading.finditer(output):
        yield match[2], match[1], match[3]


def test_a_stack_that_breaks_every_policy_is_refused_for_each_resource(
    tmp_path: Path, api_server: ApiServer
) -> None:
    output = stack(tmp_path, api_server, broken=True).fail(*PREVIEW)
    entries = list(violations(output))
    assert sorted((resource, policy) for resource, policy, _ in entries) == sorted(
        (resource, policy) for resource, (policy, _) in BROKEN.items()
    ), output
    for resource, _, text in entries:
        assert BROKEN[resource][1] in text
    policies = {policy for policy, _ in BROKEN.values()}
    assert policies == {rule.__name__.replace("_", "-") for rule in RULES}, "each policy has a resource here"


def test_a_stack_that_breaks_none_is_not(tmp_path: Path, api_server: ApiServer) -> None:
    output = stack(tmp_path, api_server, broken=False).succeed(*PREVIEW)
    assert "tekton-builds" in output, "the pack was there"
