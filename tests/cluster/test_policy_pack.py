"""The policy pack under the real engine: each policy has a stack that breaks it."""

from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.pulumi_stack import CHECKOUT, Stack

pytestmark = pytest.mark.cluster

PREVIEW = ("preview", "--policy-pack", str(CHECKOUT / "policy"))
POD = """
kubernetes.core.v1.Pod("pod",
    metadata={{"name": "pod", "namespace": "{namespace}"}},
    spec={{"containers": [{{"name": "c", "image": "{image}", {more}}}]}},
    opts=options())
"""
IMAGE = "docker.io/library/busybox:1.37.0"
ROLE = """
kubernetes.rbac.v1.ClusterRoleBinding("binding",
    role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "ROLE"},
    subjects=[{"kind": "ServiceAccount", "name": "a", "namespace": "default"}],
    opts=options())
"""
MAP = 'kubernetes.core.v1.ConfigMap("map", data={"KEY": "of a test"}, opts=options())\n'
GROUP = """
import tencentcloud_iac_pulumi as tencentcloud
cloud = tencentcloud.Provider("cloud", region="ap-hongkong", secret_id="a", secret_key="a")
tencentcloud.security.GroupRuleSet("rules",
    security_group_id="sg-12345678",
    ingresses=[tencentcloud.security.GroupRuleSetIngressArgs(
        action="ACCEPT", cidr_block="CIDR", protocol="TCP", port="443")],
    opts=pulumi.ResourceOptions(provider=cloud))
"""
INGRESS = """
kubernetes.networking.v1.Ingress("ingress",
    spec={"rules": [{"host": "a.example.com"}], TLS"ingress_class_name": "nginx"},
    opts=options())
"""


def pod(image: str = IMAGE, namespace: str = "default", more: str = "") -> str:
    return POD.format(image=image, namespace=namespace, more=more)


GOOD = (
    pod()
    + ROLE.replace("ROLE", "view")
    + MAP.replace("KEY", "name")
    + GROUP.replace("CIDR", "203.0.113.0/24")
)
GOOD += INGRESS.replace("TLS", '"tls": [{"secret_name": "a"}], ')
BROKEN = {
    "no-privileged-container": (
        pod(more='"security_context": {"privileged": True}'),
        "the container c is privileged",
    ),
    "exact-images": (pod(image="busybox"), "the image busybox is another one tomorrow"),
    "no-cluster-admin": (ROLE.replace("ROLE", "cluster-admin"), "it binds cluster-admin"),
    "no-plain-secret": (
        pod(more='"env": [{"name": "API_TOKEN", "value": "of a test"}]'),
        "the variable API_TOKEN has its value in the clear",
    ),
    "no-open-api-server": (GROUP.replace("CIDR", "0.0.0.0/0"), "port 443 is open to 0.0.0.0/0"),
    "tls-in-production": (INGRESS.replace("TLS", ""), "it has no TLS"),
}


@pytest.mark.parametrize("policy", BROKEN)
def test_a_stack_that_breaks_a_policy_is_refused(policy: str, tmp_path: Path, api_server: ApiServer) -> None:
    program, sentence = BROKEN[policy]
    said = Stack(tmp_path / "stack", api_server.kubeconfig, program, name="prod").fail(*PREVIEW)
    assert policy in said
    assert sentence in said


def test_a_stack_that_breaks_none_is_not(tmp_path: Path, api_server: ApiServer) -> None:
    said = Stack(tmp_path / "stack", api_server.kubeconfig, GOOD, name="prod").succeed(*PREVIEW)
    assert "tekton-builds" in said, "the pack was there"
