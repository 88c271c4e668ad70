"""Rights of the accounts, as the API server sees them."""

import json
from typing import Any

import pytest
from kubernetes import client, config

from toolkit.paths import Paths

pytestmark = pytest.mark.e2e

LISTENER = "builds-webhook:github-listener"
BUILDS = "builds:tekton-build-sa"
CONTROLLER = "ingress:traefik"
JANITOR = "builds-janitor:janitor"

Question = tuple[str, str, str, str]
"""Verb, API group, resource, namespace; an empty namespace is the whole cluster."""

RIGHTS: list[tuple[str, Question]] = [
    (LISTENER, ("create", "tekton.dev", "pipelineruns", "builds")),
    (LISTENER, ("watch", "triggers.tekton.dev", "eventlisteners", "builds-webhook")),
    (LISTENER, ("list", "triggers.tekton.dev", "clusterinterceptors", "")),
    (CONTROLLER, ("list", "networking.k8s.io", "ingresses", "ingress")),
    (CONTROLLER, ("update", "networking.k8s.io", "ingresses/status", "ingress")),
    (CONTROLLER, ("watch", "", "secrets", "ingress")),
    (JANITOR, ("patch", "tekton.dev", "pipelineruns", "builds")),
    (JANITOR, ("delete", "tekton.dev", "pipelineruns", "builds")),
]
DENIED: list[tuple[str, Question]] = [
    (LISTENER, ("get", "", "secrets", "builds-webhook")),
    (LISTENER, ("list", "", "secrets", "builds")),
    (LISTENER, ("list", "", "secrets", "")),
    (LISTENER, ("create", "tekton.dev", "pipelineruns", "default")),
    (LISTENER, ("create", "tekton.dev", "taskruns", "builds")),
    (LISTENER, ("delete", "tekton.dev", "pipelineruns", "builds")),
    (LISTENER, ("impersonate", "", "serviceaccounts", "builds")),
    (LISTENER, ("create", "", "pods", "builds")),
    (CONTROLLER, ("list", "", "secrets", "builds")),
    (CONTROLLER, ("list", "", "secrets", "builds-webhook")),
    (CONTROLLER, ("get", "", "secrets", "builds-webhook")),
    (CONTROLLER, ("list", "", "secrets", "tekton-pipelines")),
    (CONTROLLER, ("list", "networking.k8s.io", "ingresses", "builds-webhook")),
    (CONTROLLER, ("create", "", "secrets", "ingress")),
    (CONTROLLER, ("list", "", "namespaces", "")),
    (CONTROLLER, ("list", "", "secrets", "")),
    (CONTROLLER, ("update", "networking.k8s.io", "ingresses", "ingress")),
    (JANITOR, ("create", "tekton.dev", "pipelineruns", "builds")),
    (JANITOR, ("delete", "tekton.dev", "pipelineruns", "default")),
    (JANITOR, ("get", "", "secrets", "builds")),
    (JANITOR, ("delete", "", "pods", "builds")),
    (BUILDS, ("get", "", "secrets", "builds")),
    (BUILDS, ("list", "", "pods", "builds")),
    (BUILDS, ("create", "tekton.dev", "pipelineruns", "builds")),
    (BUILDS, ("get", "", "configmaps", "builds")),
]


@pytest.fixture(scope="module")
def api(paths: Paths) -> Any:
    return config.new_client_from_config(config_file=str(paths.kubeconfig))


def may(api: Any, account: str, question: Question) -> bool:
    verb, group, resource, namespace = question
    resource, _, subresource = resource.partition("/")
    answer = client.AuthorizationV1Api(api).create_subject_access_review(
        client.V1SubjectAccessReview(
            spec=client.V1SubjectAccessReviewSpec(
                user=f"system:serviceaccount:{account}",
                groups=["system:serviceaccounts", "system:authenticated"],
                resource_attributes=client.V1ResourceAttributes(
                    verb=verb,
                    group=group,
                    resource=resource,
                    subresource=subresource or None,
                    namespace=namespace or None,
                ),
            )
        )
    )
    return bool(answer.status.allowed)


# `kubectl auth can-i --list`: what every account may ask of itself and of the API server is not repeated.
PUBLIC = ("/.well-known", "/api", "/healthz", "/livez", "/openapi", "/openid", "/readyz", "/version")
EVERYBODYS = {"selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"}
READ = {"get", "list", "watch"}
WATCH = {"list", "watch"}
CLASSES = "networking.k8s.io/ingressclasses"
TRIGGERS = {
    f"triggers.tekton.dev/{plural}"
    for plural in ("eventlisteners", "triggerbindings", "triggertemplates", "triggers", "interceptors")
}
CLUSTER_WIDE = {
    "triggers.tekton.dev/clusterinterceptors": READ,
    "triggers.tekton.dev/clustertriggerbindings": READ,
}
LISTS: list[tuple[str, str, dict[str, set[str]]]] = [
    (LISTENER, "builds-webhook", {**dict.fromkeys(TRIGGERS, READ), **CLUSTER_WIDE}),
    (LISTENER, "builds", {"tekton.dev/pipelineruns": {"create"}, **CLUSTER_WIDE}),
    (LISTENER, "default", CLUSTER_WIDE),
    (BUILDS, "builds", {}),
    (BUILDS, "default", {}),
    (JANITOR, "builds", {"tekton.dev/pipelineruns": {"get", "list", "patch", "delete"}}),
    (JANITOR, "builds-janitor", {}),
    (CONTROLLER, "builds-webhook", {CLASSES: WATCH}),
    (
        CONTROLLER,
        "ingress",
        {
            CLASSES: WATCH,
            **dict.fromkeys(("services", "secrets", "configmaps"), WATCH),
            "discovery.k8s.io/endpointslices": WATCH,
            "networking.k8s.io/ingresses": WATCH,
            "networking.k8s.io/ingresses/status": {"update"},
        },
    ),
]


def test_nothing_but_certificates_is_where_the_edge_reads_secrets(api: Any) -> None:
    certificates = client.CoreV1Api(api).list_namespaced_secret("ingress").items
    assert {secret.type for secret in certificates} <= {"kubernetes.io/tls"}


@pytest.mark.parametrize(
    ("account", "namespace", "expected"),
    LISTS,
    ids=lambda parameter: parameter if isinstance(parameter, str) else "",
)
def test_the_whole_list_of_what_an_account_may_do(
    paths: Paths, account: str, namespace: str, expected: dict[str, set[str]]
) -> None:
    impersonating = config.new_client_from_config(config_file=str(paths.kubeconfig))
    impersonating.default_headers["Impersonate-User"] = f"system:serviceaccount:{account}"
    review = client.AuthorizationV1Api(impersonating).create_self_subject_rules_review(
        client.V1SelfSubjectRulesReview(spec=client.V1SelfSubjectRulesReviewSpec(namespace=namespace))
    )
    verbs: dict[str, set[str]] = {}
    for rule in review.status.resource_rules:
        for group in rule.api_groups:
            for resource in set(rule.resources) - EVERYBODYS:
                name = f"{group}/{resource}" if group else resource
                verbs.setdefault(name, set()).update(rule.verbs)
    assert verbs == expected, f"in {namespace}, {account} may do something else than its work"
    urls = {url for rule in review.status.non_resource_rules for url in rule.non_resource_urls}
    assert all(url.startswith(PUBLIC) for url in urls), f"{account} may call {urls}"


@pytest.mark.parametrize(("account", "question"), RIGHTS, ids=str)
def test_an_account_may_do_its_work(api: Any, account: str, question: Question) -> None:
    assert may(api, account, question), f"{account} may not {question}, so it does not work"


@pytest.mark.parametrize(("account", "question"), DENIED, ids=str)
def test_an_account_may_do_nothing_else(api: Any, account: str, question: Question) -> None:
    assert not may(api, account, question), f"{account} may {question}, and so may whoever gets into it"


def test_a_pod_of_a_build_has_no_token(api: Any) -> None:
    account = client.CoreV1Api(api).read_namespaced_service_account("tekton-build-sa", "builds")
    assert account.automount_service_account_token is False


@pytest.mark.parametrize(("namespace", "level"), [("builds", "baseline"), ("builds-webhook", "restricted")])
def test_a_privileged_pod_is_refused_where_builds_run(api: Any, namespace: str, level: str) -> None:
    container = {"name": "a", "image": "a:1", "securityContext": {"privileged": True}}
    pod = {"metadata": {"name": "privileged"}, "spec": {"containers": [container]}}
    with pytest.raises(client.ApiException) as error:
        client.CoreV1Api(api).create_namespaced_pod(namespace, pod, dry_run="All")
    assert error.value.status == 403
    message = json.loads(str(error.value.body))["message"]
    assert f'violates PodSecurity "{level}' in message, "it is the namespace's level that must refuse it"
