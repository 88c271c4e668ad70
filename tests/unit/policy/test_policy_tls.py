"""What a production stack shows to the world."""

from typing import Any

import pytest

from policy.rules import UNKNOWN, tls_in_production
from policy.rules.tls import is_production
from tests.unit.policy.judge import Case, assert_accepted, refusal

WEB = {"name": "web", "port": 80, "targetPort": 8080}
SECURE = {"name": "websecure", "port": 443, "targetPort": 8443}
SPECIFY = "service.cloud.tencent.com/specify-protocol"
INTERNAL = "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"


def service(*ports: dict[str, Any], annotations: dict[str, str] | None = None, **spec: Any) -> Case:
    meta = {"name": "exposed-ingress", "annotations": annotations or {}}
    return "kubernetes:core/v1:Service", {
        "metadata": meta,
        "spec": {"type": "LoadBalancer", "ports": list(ports), **spec},
    }


def ingress(tls: Any, *hosts: str, group: str = "networking.k8s.io/v1") -> Case:
    rules = [{"host": host} if host else {} for host in hosts]
    return f"kubernetes:{group}:Ingress", {"spec": {"tls": tls, "rules": rules}}


def listener(service_type: Any, *variables: str) -> Case:
    container = {"env": [{"name": name} for name in variables]}
    template = {"spec": {"template": {"spec": {"containers": [container]}}}}
    spec = {"resources": {"kubernetesResource": {"serviceType": service_type, **template}}}
    return "kubernetes:triggers.tekton.dev/v1beta1:EventListener", {"spec": spec}


def gateway(*protocols: str) -> Case:
    spec = {"listeners": [{"protocol": protocol} for protocol in protocols]}
    return "kubernetes:gateway.networking.k8s.io/v1:Gateway", {"spec": spec}


@pytest.mark.parametrize(
    "name",
    [
        *("prod", "production", "PROD", "eu-prod", "prod-eu", "production.eu", "my_production", "prod_2"),
        *("shop.prod.eu", "pre-prod"),
    ],
)
def test_a_name_with_prod_or_production_as_a_part_is_production(name: str) -> None:
    assert is_production(name)


@pytest.mark.parametrize(
    "name", ["dev", "product", "reproduction", "products-eu", "prod2", "staging", "nonprod", ""]
)
def test_another_name_is_not(name: str) -> None:
    assert not is_production(name)


PLAIN: list[Case] = [
    service(WEB),
    service(WEB, {"port": 8080}),
    service(WEB, type="NodePort"),
    service(WEB, type="ClusterIP", externalIPs=["203.0.113.7"]),
    service({"port": 443, "targetPort": 8080}),
    service({"port": 443, "appProtocol": "http"}),
    service(WEB, annotations={SPECIFY: '{"80":{"protocol":["HTTP"]}}'}),
    service(WEB, type="NodePort", annotations={INTERNAL: "subnet-a"}),
    ("kubernetes:core/v1:ServicePatch", service(WEB)[1]),
    ingress(None, "a.example.com"),
    ingress([], "a.example.com"),
    ingress(None, "a.example.com", group="extensions/v1beta1"),
    ingress([{"hosts": ["a.example.com"]}], "a.example.com", "b.example.com"),
    ingress([{"hosts": ["*.example.com"]}], "a.b.example.com"),
    ingress([{"hosts": ["a.example.com"]}], ""),
    listener("LoadBalancer"),
    listener("NodePort"),
    gateway("HTTP"),
]


@pytest.mark.parametrize("case", PLAIN)
def test_plain_http_is_refused(case: Case) -> None:
    assert refusal(tls_in_production, case)


@pytest.mark.parametrize("case", PLAIN)
def test_in_another_stack_it_is_accepted(case: Case) -> None:
    assert_accepted(tls_in_production, case, stack="product")


@pytest.mark.parametrize(
    "case",
    [
        service(WEB, SECURE),
        service({"port": 443, "targetPort": "https"}),
        service({"port": 8500, "appProtocol": "https"}),
        service({"port": 22, "name": "ssh"}),
        service({"port": 53, "protocol": "UDP"}),
        service(WEB, type="ClusterIP"),
        service(WEB, type=None),
        service(WEB, type=UNKNOWN),
        service(WEB, annotations={SPECIFY: '{"80":{"protocol":["HTTPS"],"tls":"certificate"}}'}),
        service(WEB, annotations={INTERNAL: "subnet-a"}),
        ("kubernetes:serving.knative.dev/v1:Service", service(WEB)[1]),
        ingress([{"secretName": "a"}], "a.example.com"),
        ingress([{"hosts": ["a.example.com", "*.b.example.com"]}], "a.example.com", "c.b.example.com"),
        ingress([{"hosts": [UNKNOWN]}], "a.example.com"),
        ingress(UNKNOWN, "a.example.com"),
        ingress(None, group="config.openshift.io/v1"),
        listener("ClusterIP"),
        listener(None),
        listener("LoadBalancer", "TLS_CERT", "TLS_KEY"),
        gateway("HTTP", "HTTPS"),
    ],
)
def test_what_is_encrypted_or_not_the_worlds_is_accepted(case: Case) -> None:
    assert_accepted(tls_in_production, case)
