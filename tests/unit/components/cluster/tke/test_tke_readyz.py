"""The API server is asked whether it is there, over TLS, before anything goes into the cluster."""

import base64
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from components.cluster.tke import kubeconfig as tke_kubeconfig
from components.cluster.tke.account import TkeError
from components.cluster.tke.kubeconfig import validate_kubeconfig


def certificate(folder: Path) -> Path:
    """One that signs itself, for 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's API server")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = folder / "server.pem"
    file.write_bytes(
        made.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@dataclass
class ApiServer:
    url: str
    authority: str
    statuses: list[int] = field(default_factory=lambda: [200])
    """Of the next answers; the last one stays."""
    asked: list[str] = field(default_factory=list)

    def kubeconfig(self, **wrong: str) -> str:
        text = wrong.get("authority", self.authority)
        cluster = {
            "server": wrong.get("server", self.url),
            "certificate-authority-data": base64.b64encode(text.encode()).decode(),
        }
        return yaml.safe_dump({"clusters": [{"name": "c", "cluster": cluster}]})


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    monkeypatch.setattr(tke_kubeconfig, "RETRIES", 1)
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    file = certificate(tmp_path)
    public = file.read_text().partition("-----BEGIN PRIVATE KEY")[0]
    made = ApiServer("", public)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            self.send_response(made.statuses.pop(0) if len(made.statuses) > 1 else made.statuses[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    made.url = f"https://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_server_that_answers_is_one(server: ApiServer, status: int) -> None:
    server.statuses = [status]
    assert validate_kubeconfig(server.kubeconfig()) == server.kubeconfig()
    assert server.asked == ["/readyz"]


def test_a_server_that_is_still_starting_is_asked_again(server: ApiServer) -> None:
    server.statuses = [503, 200]
    assert validate_kubeconfig(server.kubeconfig())
    assert server.asked == ["/readyz"] * 2


def test_a_server_that_never_gets_ready_is_told(server: ApiServer) -> None:
    server.statuses = [500]
    with pytest.raises(TkeError, match="/readyz answers 500: the API server is not ready"):
        validate_kubeconfig(server.kubeconfig())


def test_a_server_with_another_certificate_is_not_ours(server: ApiServer, tmp_path: Path) -> None:
    other = certificate(tmp_path).read_text().partition("-----BEGIN PRIVATE KEY")[0]
    with pytest.raises(TkeError, match=r"does not answer \(SSLError\)"):
        validate_kubeconfig(server.kubeconfig(authority=other))
    assert not server.asked, "nothing is said to a stranger"


def test_a_server_that_is_not_there_points_at_the_ranges(server: ApiServer) -> None:
    with pytest.raises(TkeError, match=r"does not answer .*cluster\.apiCidrs"):
        validate_kubeconfig(server.kubeconfig(server="https://127.0.0.1:9"))


def test_a_preview_asks_nobody(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    validate_kubeconfig(server.kubeconfig())
    assert not server.asked
