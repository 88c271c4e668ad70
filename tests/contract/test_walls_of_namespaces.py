"""The level that each namespace enforces, whose pods have a token, and who stays when there is too little."""

from components.kube.priority import BUILDS, INFRASTRUCTURE
from tests.support.recorded import Recording

LEVELS = {
    "builds": "baseline",
    "builds-janitor": "restricted",
    "builds-webhook": "restricted",
    "dashboard": "restricted",
    "ingress": "restricted",
}
LEVELS_OF_BUILDER = {
    "buildkit": LEVELS,
    "docker": {**LEVELS, "builds": "privileged"},
    "shared": {**LEVELS, "builds-buildkitd": "baseline"},
}
TOKENS = {
    "builds tekton-build-sa": False,
    "builds-janitor janitor": None,
    "builds-webhook github-listener": None,
    "ingress traefik": None,
}


def test_every_namespace_of_ours_enforces_its_level(built: tuple[str, Recording]) -> None:
    builder, recording = built
    found = {
        body["metadata"]["name"]: body["metadata"]["labels"].get("pod-security.kubernetes.io/enforce")
        for body in recording.own("Namespace")
    }
    assert found == LEVELS_OF_BUILDER[builder], "what comes in by an image must not become privileged"


def test_only_accounts_with_rights_give_their_pods_a_token(built: tuple[str, Recording]) -> None:
    builder, recording = built
    found = {
        f"{body['metadata']['namespace']} {body['metadata']['name']}": body.get(
            "automountServiceAccountToken"
        )
        for body in recording.own("ServiceAccount")
    }
    shared = {"builds-buildkitd buildkitd": False} if builder == "shared" else {}
    assert found == {**TOKENS, **shared}


def test_the_classes_of_pods_are_these(built: tuple[str, Recording]) -> None:
    found = {
        body["metadata"]["name"]: (body["value"], body["preemptionPolicy"])
        for body in built[1].own("PriorityClass")
    }
    assert found == {INFRASTRUCTURE: (1_000_000, "PreemptLowerPriority"), BUILDS: (-1_000, "Never")}


def test_a_drain_takes_one_listener_at_a_time(built: tuple[str, Recording]) -> None:
    budget = built[1].one("PodDisruptionBudget", "github-listener", "builds-webhook").plain()["spec"]
    assert budget == {
        "maxUnavailable": 1,
        "selector": {"matchLabels": {"eventlistener": "github-listener"}},
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
    }
    listener = built[1].one("EventListener", "github-listener").plain()["spec"]["resources"]
    assert listener["kubernetesResource"]["replicas"] == 2
