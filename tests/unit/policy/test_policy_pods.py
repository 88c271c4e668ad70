"""What a pod may not have of its node."""

from typing import Any

import pytest

from policy.rules import UNKNOWN, no_host_access, no_privileged_container, pod_security_baseline
from tests.unit.policy.judge import Case, assert_accepted, refusal
from tests.unit.policy.shapes import AROUND_CONTAINER, AROUND_POD, deployment, pod, task

PRIVILEGED = {"name": "server", "securityContext": {"privileged": True}}
HOST_PROCESS = {"windowsOptions": {"hostProcess": True}}
SHARED: list[dict[str, Any]] = [
    {"hostPID": True},
    {"hostIPC": True},
    {"hostNetwork": True},
    {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]},
    {"volumes": [{"name": "v", "hostPath": {}}]},
]
# The security context of a container, or of a pod.
BEYOND_BASELINE: list[dict[str, Any]] = [
    {"capabilities": {"add": ["SYS_ADMIN"]}},
    {"capabilities": {"add": ["CAP_NET_ADMIN"], "drop": ["ALL"]}},
    {"capabilities": {"add": ["ALL"]}},
    {"procMount": "Unmasked"},
    {"seccompProfile": {"type": "Unconfined"}},
    {"appArmorProfile": {"type": "Unconfined"}},
    {"seLinuxOptions": {"type": "spc_t"}},
    {"seLinuxOptions": {"user": "system_u"}},
    {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]},
]
WITHIN_BASELINE: list[dict[str, Any]] = [
    {"capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}},
    {"capabilities": {"add": UNKNOWN}},
    {"allowPrivilegeEscalation": True},
    {"procMount": "Default"},
    {"seccompProfile": {"type": "RuntimeDefault"}},
    {"appArmorProfile": {"type": "Localhost"}},
    {"seLinuxOptions": {"type": "container_t", "level": "s0:c123,c456"}},
    {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]},
]


@pytest.mark.parametrize("place", AROUND_CONTAINER)
def test_a_privileged_container_is_refused_wherever_it_is(place: str) -> None:
    assert "privileged" in refusal(no_privileged_container, AROUND_CONTAINER[place](PRIVILEGED))


def test_so_is_a_process_of_a_windows_node() -> None:
    assert "hostProcess" in refusal(no_privileged_container, pod(securityContext=HOST_PROCESS))
    assert "hostProcess" in refusal(no_privileged_container, deployment(securityContext=HOST_PROCESS))


def test_the_docker_daemon_is_the_one_privileged_container() -> None:
    assert_accepted(no_privileged_container, task("docker-socket", sidecars=[PRIVILEGED]))
    refusal(no_privileged_container, task("another", sidecars=[PRIVILEGED]))
    refusal(no_privileged_container, task("docker-socket", steps=[PRIVILEGED]))
    refusal(no_privileged_container, task("docker-socket", sidecars=[{**PRIVILEGED, "name": "another"}]))
    refusal(
        no_privileged_container,
        ("kubernetes:tekton.dev/v1:Pipeline", task("docker-socket", sidecars=[PRIVILEGED])[1]),
    )


@pytest.mark.parametrize("value", [False, UNKNOWN, None])
def test_a_container_that_is_not_privileged_is_accepted(value: object) -> None:
    assert_accepted(no_privileged_container, deployment(securityContext={"privileged": value}))


@pytest.mark.parametrize("place", AROUND_POD)
@pytest.mark.parametrize("fields", SHARED)
def test_what_is_the_nodes_is_refused(place: str, fields: dict[str, Any]) -> None:
    refusal(no_host_access, AROUND_POD[place](fields))


@pytest.mark.parametrize(
    "case",
    [
        deployment(ports=[{"containerPort": 80, "hostPort": 80}]),
        ("kubernetes:core/v1:PersistentVolume", {"spec": {"hostPath": {"path": "/var"}}}),
    ],
)
def test_so_is_a_port_of_it_and_a_volume_that_pods_claim(case: Case) -> None:
    refusal(no_host_access, case)


@pytest.mark.parametrize(
    "case",
    [
        pod(hostPID=False, hostNetwork=UNKNOWN, hostUsers=True, volumes=[{"emptyDir": {}}]),
        deployment(ports=[{"containerPort": 80, "hostPort": 0}]),
        ("kubernetes:core/v1:ConfigMap", {"data": {"hostPID": True}}),
        (
            "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
            {"spec": {"properties": {"hostPath": {"type": "string"}, "hostPID": True}}},
        ),
        ("tencentcloud:Vpc/instance:Instance", {"hostNetwork": True}),
    ],
)
def test_a_pod_of_its_own_is_accepted(case: Case) -> None:
    assert_accepted(no_host_access, case)


@pytest.mark.parametrize("place", AROUND_CONTAINER)
@pytest.mark.parametrize("context", BEYOND_BASELINE[:2])
def test_more_than_baseline_is_refused_wherever_the_container_is(place: str, context: dict[str, Any]) -> None:
    refusal(pod_security_baseline, AROUND_CONTAINER[place]({"name": "c", "securityContext": context}))


@pytest.mark.parametrize("place", AROUND_POD)
@pytest.mark.parametrize("context", BEYOND_BASELINE)
def test_more_than_baseline_is_refused_for_the_whole_pod_too(place: str, context: dict[str, Any]) -> None:
    refusal(pod_security_baseline, AROUND_POD[place]({"securityContext": context}))


@pytest.mark.parametrize("context", WITHIN_BASELINE)
def test_what_baseline_lets_a_container_have_is_accepted(context: dict[str, Any]) -> None:
    assert_accepted(pod_security_baseline, deployment(securityContext=context))


def test_apparmor_is_ended_by_an_annotation_as_well() -> None:
    name = "container.apparmor.security.beta.kubernetes.io/c"
    template = {"metadata": {"annotations": {name: "unconfined"}}, "spec": {"containers": []}}
    kind, _ = deployment()
    assert name in refusal(pod_security_baseline, (kind, {"spec": {"template": template}}))
