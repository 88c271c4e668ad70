"""What the hosts have that this machine cannot ask: releases made of the sandbox's images, and a plugin.

Tekton's are the sandbox's own, from Tekton's source. The Dashboard's and ingress-nginx's are of the same
names and kinds, with a web server and Traefik in them; Traefik serves the same Ingress objects.
"""

import hashlib
import io
import re
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from releases.release import LOCK, Release, read_lock
from sandbox.toolchain.tool import ARCHITECTURE
from tests.docs.internet import Request, Response
from tests.e2e.dashboard_release import release as dashboard

VERSION = re.compile(r"v\d+\.\d+\.\d+")
NGINX = "ingress-nginx"
CONTROLLER = "ingress-nginx-controller"
PLUGIN = "pulumi-resource-tencentcloud"
Object = dict[str, Any]


def texts(sandbox_lock: Path, folder: Path, images: Mapping[str, str]) -> dict[str, bytes]:
    """The file of each release of the project's lock, by name. `folder`: the sandbox's folder of releases.

    `images`: references with digests of the sandbox's `traefik` and `busybox`.
    """
    files = {
        release.name: (folder / urlsplit(release.urls[0]).path.lstrip("/")).read_bytes()
        for release in read_lock(sandbox_lock)
    }
    page = dashboard()
    for entry in page:
        if entry["kind"] == "Deployment":
            entry["spec"]["template"]["spec"]["containers"][0]["image"] = images["busybox"]
    manifest = yaml.safe_dump_all(page).encode()
    files |= {"tekton-dashboard": manifest, "tekton-dashboard-full": manifest}
    return {**files, NGINX: yaml.safe_dump_all(_nginx(images["traefik"], images["busybox"])).encode()}


def hosts(releases: Iterable[Release]) -> set[str]:
    """Whom their files are asked of."""
    return {str(urlsplit(url).hostname) for release in releases for url in release.urls}


class Files:
    """The files of releases, at all their addresses, and in every version."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._files = {
            (parts.hostname, VERSION.sub("*", parts.path)): texts[release.name]
            for release in read_lock(LOCK)
            for parts in map(urlsplit, release.urls)
        }

    def __call__(self, request: Request) -> Response:
        body = self._files.get((request.host, VERSION.sub("*", request.path)))
        return Response(status=404) if body is None else Response(body=body)


def relocked(lock: Path, text: bytes) -> None:
    """Puts the digest of `text` in the place of ingress-nginx's, in a clone's own lock."""
    content = lock.read_text(encoding="utf-8")
    (release,) = [release for release in read_lock(lock) if release.name == NGINX]
    lock.write_text(content.replace(str(release.sha256), hashlib.sha256(text).hexdigest()), encoding="utf-8")


def plugin_pages(version: str, program: Path) -> dict[str, Any]:
    """What GitHub's API has of a release of Tencent Cloud's plugin: an archive with a program that runs
    `program`, the model of the cloud.
    """
    script = f'#!/bin/sh\nexec "{program}" "$@"\n'.encode()
    archive_file = io.BytesIO()
    with tarfile.open(fileobj=archive_file, mode="w:gz") as archive:
        entry = tarfile.TarInfo(PLUGIN)
        entry.size, entry.mode = len(script), 0o755
        archive.addfile(entry, io.BytesIO(script))
    project = "/repos/tencentcloudstack/pulumi-tencentcloud/releases"
    name = f"{PLUGIN}-v{version}-linux-{ARCHITECTURE}.tar.gz"
    asset = {"name": name, "url": f"https://api.github.com{project}/assets/1"}
    release = {"tag_name": f"v{version}", "assets": [asset]}
    return {
        f"{project}/tags/v{version}": release,
        f"{project}/latest": release,
        f"{project}/assets/1": archive_file.getvalue(),
    }


def digest(registry: Path, image: str) -> str:
    """Of REPOSITORY:TAG in the storage of the sandbox's registry."""
    repository, _, tag = image.rpartition(":")
    link = registry / f"docker/registry/v2/repositories/{repository}/_manifests/tags/{tag}/current/link"
    return link.read_text().strip()


def _nginx(traefik: str, busybox: str) -> list[Object]:
    """The names of ingress-nginx's release. Its two Jobs and its admission webhook are not among them.

    The container `controller` takes nginx's arguments, and does nothing; Traefik is beside it.
    """
    labels = {"app.kubernetes.io/name": NGINX, "app.kubernetes.io/component": "controller"}
    rules = [
        {"apiGroups": [""], "resources": ["services", "secrets", "configmaps"], "verbs": ["list", "watch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
        {
            "apiGroups": ["networking.k8s.io"],
            "resources": ["ingresses"],
            "verbs": ["list", "watch"],
        },
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses/status"], "verbs": ["update"]},
    ]
    controller = {
        "name": "controller",
        "image": busybox,
        "command": ["sh", "-c", "sleep 2147483647"],
        "args": ["/nginx-ingress-controller"],
        "env": [{"name": "POD_NAMESPACE", "value": NGINX}],
    }
    container = {
        "name": "traefik",
        "image": traefik,
        "args": [
            "--global.checknewversion=false",
            "--entrypoints.web.address=:80",
            "--entrypoints.traefik.address=:8080",
            "--ping=true",
            "--providers.kubernetesingressnginx=true",
            f"--providers.kubernetesingressnginx.watchnamespace={NGINX}",
            f"--providers.kubernetesingressnginx.publishservice={NGINX}/{CONTROLLER}",
        ],
        "readinessProbe": {"httpGet": {"path": "/ping", "port": 8080}, "periodSeconds": 1},
    }
    subject = {"kind": "ServiceAccount", "name": NGINX, "namespace": NGINX}
    authorization = "rbac.authorization.k8s.io"
    cluster_role, role = (
        {"apiGroup": authorization, "kind": kind, "name": NGINX} for kind in ("ClusterRole", "Role")
    )
    pods = {
        "metadata": {"labels": labels},
        "spec": {
            "serviceAccountName": NGINX,
            "containers": [controller, container],
            # nginx's own port, which its NetworkPolicy names.
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 65532,
                "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
            },
            "terminationGracePeriodSeconds": 1,
        },
    }
    balancer = {
        "type": "LoadBalancer",
        "selector": labels,
        "ports": [{"name": "http", "port": 80, "targetPort": 80}],
    }
    return [
        _object("Namespace", NGINX, namespaced=False),
        _object("ServiceAccount", NGINX),
        _object("Role", NGINX, f"{authorization}/v1", rules=rules),
        _object("RoleBinding", NGINX, f"{authorization}/v1", roleRef=role, subjects=[subject]),
        # Every Secret of the cluster, as released: the program has to take that away.
        _object("ClusterRole", NGINX, f"{authorization}/v1", namespaced=False, rules=rules),
        _object(
            "ClusterRoleBinding",
            NGINX,
            f"{authorization}/v1",
            namespaced=False,
            roleRef=cluster_role,
            subjects=[subject],
        ),
        _object("Service", CONTROLLER, spec=balancer),
        _object(
            "Deployment",
            CONTROLLER,
            "apps/v1",
            spec={"selector": {"matchLabels": labels}, "template": pods},
        ),
        _object(
            "IngressClass",
            "nginx",
            "networking.k8s.io/v1",
            namespaced=False,
            spec={"controller": "k8s.io/ingress-nginx"},
        ),
    ]


def _object(kind: str, name: str, api: str = "v1", *, namespaced: bool = True, **fields: Any) -> Object:
    labels = {"app.kubernetes.io/name": NGINX, "app.kubernetes.io/part-of": NGINX}
    metadata = {"name": name, "labels": labels, **({"namespace": NGINX} if namespaced else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **fields}
