"""Servers that a program calls while it runs: release manifests and the clusters' API servers."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.golden.stack import Stack
from tests.support import manifests

# Each release: words of its URL's path, and where the folders of RELEASES may have it.
RELEASES = {
    "tekton-pipelines": ("pipeline/", "release.yaml", "**/pipeline/**/release.yaml"),
    "tekton-triggers": ("triggers/", "release.yaml", "**/triggers/**/release.yaml"),
    "tekton-interceptors": ("triggers/", "interceptors.yaml", "**/triggers/**/interceptors.yaml"),
    "tekton-dashboard": ("dashboard/", "release.yaml", "**/tekton-dashboard-v*.yaml"),
    "tekton-dashboard-full": ("dashboard/", "release-full.yaml", "**/tekton-dashboard-full-v*.yaml"),
    "ingress-nginx": ("ingress-nginx/", "deploy.yaml", "**/ingress-nginx-controller-v1.15.*.yaml"),
}
UID = "11111111-2222-4333-8444-555555555555"
NGINX = "controller-v1.15.1"


class World:
    """The manifests, by release, and the clusters, by stack."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """`folders` have real manifests; what they lack is a small one of the same shape."""
        self.clusters: dict[str, Stack] = {}
        self.files: dict[str, Path] = {}
        """The real manifests."""
        self.manifests: dict[str, bytes] = {}
        small = {**manifests.releases(), "tekton-dashboard": manifests.dashboard(read_only=True)}
        small |= {
            "tekton-dashboard-full": manifests.dashboard(read_only=False),
            "ingress-nginx": manifests.ingress_nginx(),
        }
        for name, (_, _, pattern) in RELEASES.items():
            files = [file for folder in folders for file in sorted(folder.glob(pattern))]
            if files:
                self.files[name] = files[-1]
                self.manifests[name] = files[-1].read_bytes()
            else:
                self.manifests[name] = yaml.safe_dump_all(small[name]).encode()

    def lock(self, url: str) -> str:
        """A lock of these manifests, with their digests, at a server's own addresses."""
        entries = {
            name: {
                "version": _version(name),
                "urls": [f"{url}/{name}/{RELEASES[name][0]}{RELEASES[name][1]}"],
                "sha256": sha256(body).hexdigest(),
            }
            for name, body in self.manifests.items()
        }
        return yaml.safe_dump(entries)

    def answer(self, path: str) -> tuple[int, bytes, str]:
        """Status, body and content type of a GET."""
        if path.startswith("/cluster/"):
            _, _, name, subpath = path.split("/", 3)
            content = _api(self.clusters[name], f"/{subpath.partition('?')[0]}")
            return 200, json.dumps(content).encode(), "application/json"
        for name, (project, file, _) in RELEASES.items():
            if project in path and path.endswith(f"/{file}"):
                return 200, self.manifests[name], "text/plain"
        return 404, b"", "text/plain"


def _version(name: str) -> str:
    return manifests.PATHS[name].split("/")[-2] if name in manifests.PATHS else NGINX


def _api(stack: Stack, path: str) -> Any:
    """Answer of the API server of a stack's cluster: any list but those of the stack's file is empty."""
    if path == "/version":
        return {"gitVersion": "v1.34.4"}
    if path.endswith("/endpointslices/kubernetes"):
        return {"endpoints": [{"addresses": ["192.0.2.1"]}], "ports": [{"port": 6443}]}
    kind = path.rpartition("/")[2]
    names = stack.namespaces if kind == "namespaces" else stack.objects.get(kind, ())
    return {"items": [{"metadata": {"name": name, "uid": UID}} for name in names]}


@contextmanager
def served(world: World, folder: Path) -> Iterator[dict[str, str]]:
    """Serves the world on loopback. Gives the words for the stacks' files: addresses, paths in `folder`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, kind = world.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    authority = _certificate(folder / "server.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    with _server(Handler) as plain, _server(Handler, context) as encrypted:
        url = f"http://127.0.0.1:{plain}"
        (folder / "lock.yaml").write_text(world.lock(url), encoding="utf-8")
        yield {
            "releases": url,
            "lock": str(folder / "lock.yaml"),
            "folder": str(folder),
            "server": f"{url}/cluster",
            "tkeKubeconfig": _kubeconfig(f"https://127.0.0.1:{encrypted}/cluster/{{stack}}", authority),
        }


@contextmanager
def _server(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _kubeconfig(server: str, authority: bytes) -> str:
    cluster = {"server": server, "certificate-authority-data": b64encode(authority).decode()}
    return yaml.safe_dump(
        {
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {"token": "kube-to-ken"}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "c",
        }
    )


def _certificate(file: Path) -> bytes:
    """A certificate of 127.0.0.1 that signs itself, with its key in `file`; its PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "API server of the comparison")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    text = certificate.public_bytes(pem)
    private = serialization.PrivateFormat.PKCS8
    file.write_bytes(text + key.private_bytes(pem, private, serialization.NoEncryption()))
    return text
