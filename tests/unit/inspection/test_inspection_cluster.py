"""A look at a cluster, against a server that answers as an API server does."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from inspection.cluster import UnreachableError, look
from inspection.kubeconfig import Kubeconfig
from tests.support.loopback import serving


def items(*metadata: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    return {"items": [{"metadata": dict(meta), **rest} for meta in metadata]}


ANSWERS: dict[str, Any] = {
    "/version": {"gitVersion": "v1.34.4"},
    "/api/v1/namespaces": items(
        {"name": "kube-system", "uid": "the-cluster"}, {"name": "builds", "uid": "of-builds"}
    ),
    "/apis/networking.k8s.io/v1/ingressclasses": {"items": None},
    "/apis/rbac.authorization.k8s.io/v1/clusterroles": items({"name": "view"}, {"name": "edit"}),
    "/apis/discovery.k8s.io/v1/namespaces/builds/endpointslices": {
        "items": [
            {
                "metadata": {"labels": {"kubernetes.io/service-name": name}},
                "endpoints": [{"conditions": {"ready": ready}}] if ready is not None else None,
            }
            for name, ready in (("good", True), ("starting", False), ("empty", None))
        ]
    },
}


@contextmanager
def api_server(answers: Mapping[str, Any] = ANSWERS, status: int = 200) -> Iterator[Kubeconfig]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path in answers and self.headers["Authorization"] == "Bearer a-token"
            body = json.dumps(answers.get(self.path, {})).encode() if known else b"no"
            self.send_response(status if known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with serving(Handler) as url:
        yield kubeconfig(url)


def kubeconfig(server: str, token: str = "a-token") -> Kubeconfig:
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    return Kubeconfig(context="x", server=server, content=content)


def test_a_cluster_is_known_by_the_uid_of_kube_system() -> None:
    with api_server() as access:
        cluster = look(access)
    assert (cluster.uid, cluster.version) == ("the-cluster", "v1.34.4")
    assert cluster.namespaces["builds"] == "of-builds"


def test_names_of_a_kind_are_asked_for_when_they_are_wanted() -> None:
    with api_server() as access:
        assert set(look(access).names("ClusterRole")) == {"view", "edit"}
        assert not look(access).names("IngressClass"), "the API server says null where there is none"


def test_a_service_without_a_ready_pod_is_named() -> None:
    services = [("builds", name) for name in ("good", "starting", "empty", "gone")] + [("elsewhere", "a")]
    with api_server() as access:
        assert look(access).without_endpoints(services) == [
            ("builds", "empty"),
            ("builds", "gone"),
            ("builds", "starting"),
            ("elsewhere", "a"),
        ]


@pytest.mark.parametrize(
    ("answers", "status", "words"),
    [
        (ANSWERS, 503, "GET /version answers 503, it is not ready"),
        ({}, 200, "GET /version answers 401, it does not know the kubeconfig's user"),
        (
            {**ANSWERS, "/api/v1/namespaces": items({"name": "a", "uid": "b"})},
            200,
            "no namespace kube-system",
        ),
    ],
)
def test_an_answer_that_is_none_says_why(answers: Mapping[str, Any], status: int, words: str) -> None:
    with api_server(answers, status) as access, pytest.raises(UnreachableError, match=words):
        look(access)


def test_a_server_that_is_not_there_is_a_refused_connection() -> None:
    with pytest.raises(UnreachableError) as error:
        look(kubeconfig("http://127.0.0.1:9"))
    assert "Connection refused" in str(error.value)
    assert "0x" not in str(error.value), "an object's address tells nobody anything"
    assert "\n" not in str(error.value)
