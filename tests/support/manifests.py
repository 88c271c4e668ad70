"""Small manifests of the shapes of the releases, and a server that has them under the official paths."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import yaml

from tests.support.loopback import serving

Object = dict[str, Any]
PATHS = {
    "tekton-pipelines": "/tekton-releases/pipeline/previous/v1.15.4/release.yaml",
    "tekton-triggers": "/tekton-releases/triggers/previous/v0.37.3/release.yaml",
    "tekton-dashboard": "/tekton-releases/dashboard/previous/v0.73.0/release.yaml",
    "tekton-dashboard-full": "/tekton-releases/dashboard/previous/v0.73.0/release-full.yaml",
    "tekton-interceptors": "/tekton-releases/triggers/previous/v0.37.3/interceptors.yaml",
}


def an_object(kind: str, name: str, *, api: str = "v1", namespace: str | None = None, **rest: Any) -> Object:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}


def deployment(name: str, container: Object) -> Object:
    """A Deployment of Tekton's, with one container."""
    spec = {
        "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
        "template": {"spec": {"containers": [container]}},
    }
    return an_object("Deployment", name, api="apps/v1", namespace="tekton-pipelines", spec=spec)


def webhook(name: str, count: int = 1) -> Object:
    """A webhook configuration as in the releases: without a certificate and without rules."""
    service = {"name": "webhook", "namespace": "tekton-pipelines"}
    return an_object(
        "ValidatingWebhookConfiguration",
        name,
        api="admissionregistration.k8s.io/v1",
        webhooks=[
            {"name": f"{index}.{name}", "clientConfig": {"service": service}} for index in range(count)
        ],
    )


def releases() -> dict[str, list[Object]]:
    """Three releases that need one another, in an order that cannot be applied as it stands."""
    here = "tekton-pipelines"
    return {
        "tekton-pipelines": [
            webhook("validation.webhook.pipeline.tekton.dev"),
            an_object("ConfigMap", "feature-flags", namespace=here, data={"since": "2021-01-01"}),
            deployment("tekton-pipelines-webhook", {"name": "webhook"}),
            an_object("Service", "tekton-pipelines-webhook", namespace=here, spec={}),
            an_object(
                "CustomResourceDefinition",
                "tasks.tekton.dev",
                api="apiextensions.k8s.io/v1",
                spec={"group": "tekton.dev"},
            ),
            an_object("Namespace", here),
        ],
        "tekton-triggers": [
            an_object(
                "CustomResourceDefinition",
                "clusterinterceptors.triggers.tekton.dev",
                api="apiextensions.k8s.io/v1",
                spec={"group": "triggers.tekton.dev"},
            ),
            an_object("Secret", "triggers-webhook-certs", namespace=here),
        ],
        "tekton-interceptors": [
            an_object("ClusterInterceptor", "github", api="triggers.tekton.dev/v1alpha1", spec={}),
            deployment("tekton-triggers-core-interceptors", {"name": "interceptors"}),
        ],
    }


def dashboard(*, read_only: bool) -> list[Object]:
    """The Dashboard's release: the objects that others refer to, under their names."""
    here = "tekton-pipelines"
    container = {"name": "tekton-dashboard", "args": [f"--read-only={str(read_only).lower()}"]}
    return [
        an_object(
            "CustomResourceDefinition",
            "extensions.dashboard.tekton.dev",
            api="apiextensions.k8s.io/v1",
            spec={"group": "dashboard.tekton.dev"},
        ),
        an_object("ServiceAccount", "tekton-dashboard", namespace=here),
        deployment("tekton-dashboard", container),
        an_object("Service", "tekton-dashboard", namespace=here, spec={"ports": [{"port": 9097}]}),
    ]


def ingress_nginx() -> list[Object]:
    """ingress-nginx's release: its names, kinds and peculiarities, and nothing else of it."""
    here = "ingress-nginx"
    job = {"template": {"spec": {"containers": []}}, "ttlSecondsAfterFinished": 0}
    container = {"name": "controller", "args": ["/nginx-ingress-controller", "--ingress-class=nginx"]}
    pods = {"template": {"spec": {"containers": [container]}}}
    rbac, read = "rbac.authorization.k8s.io/v1", ["get", "list", "watch"]
    rules = [
        {"apiGroups": [""], "resources": ["configmaps", "pods", "secrets", "services"], "verbs": read},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": read},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": read},
    ]
    return [
        an_object("Namespace", here),
        an_object("ServiceAccount", here, namespace=here),
        an_object("Service", "ingress-nginx-controller", namespace=here, spec={"type": "LoadBalancer"}),
        an_object(
            "Service", "ingress-nginx-controller-admission", namespace=here, spec={"type": "ClusterIP"}
        ),
        an_object("Deployment", "ingress-nginx-controller", api="apps/v1", namespace=here, spec=pods),
        an_object("Role", here, api=rbac, namespace=here, rules=rules),
        an_object("ClusterRole", here, api=rbac, rules=rules),
        an_object("Job", "ingress-nginx-admission-create", api="batch/v1", namespace=here, spec=job),
        an_object("Job", "ingress-nginx-admission-patch", api="batch/v1", namespace=here, spec=job),
        an_object("IngressClass", "nginx", api="networking.k8s.io/v1", spec={}),
    ]


def pages() -> dict[str, str]:
    """The releases' text by path."""
    everything = {
        **releases(),
        "tekton-dashboard": dashboard(read_only=True),
        "tekton-dashboard-full": dashboard(read_only=False),
    }
    return {PATHS[name]: yaml.safe_dump_all(objects) for name, objects in everything.items()}


Answer = tuple[int, dict[str, str], str]


@contextmanager
def served(answer: Callable[[str], Answer] | None = None) -> Iterator[str]:
    """A mirror on loopback; its address. `answer` gives status, headers and body for a path."""
    known = pages()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = (
                answer(self.path)
                if answer
                else (200 if self.path in known else 404, {}, known.get(self.path, ""))
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with serving(Handler) as url:
        yield url
