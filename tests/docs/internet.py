"""The hosts that this machine cannot reach, played on loopback: an HTTPS proxy that knows them by name.

Commands run as written, with the addresses that the pages and the program have; the environment alone says
that there is a proxy, and whose certificates to trust. A host that nobody plays is passed through.
"""

import os
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SECONDS = 20.0  # to connect to a host that is passed through
PEM = serialization.Encoding.PEM


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Site = Callable[[Request], Response]


@contextmanager
def internet(folder: Path, sites: Mapping[str, Site]) -> Iterator[dict[str, str]]:
    """Plays the sites, by host name; the environment in which a command meets them.

    A name that begins with a dot is every host below it. `folder` gets the certificates.
    """
    context = _certified(folder, sites)

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            host, _, port = self.path.rpartition(":")
            site = sites.get(host) or sites.get(f".{host.partition('.')[2]}")
            try:
                upstream = None if site else socket.create_connection((host, int(port)), SECONDS)
            except OSError as error:
                self.send_error(502, f"{host}: {error}")
                return
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            with suppress(OSError):  # whoever asked has gone
                if site:
                    _Site.serve(context.wrap_socket(self.connection, server_side=True), host, site)
                elif upstream:
                    _pass_through(self.connection, upstream)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield _environment(folder, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Site(BaseHTTPRequestHandler):
    """One connection to a host that is played."""

    protocol_version = "HTTP/1.1"
    host = ""
    site: Site

    @classmethod
    def serve(cls, connection: ssl.SSLSocket, host: str, site: Site) -> None:
        handler = type("Handler", (cls,), {"host": host, "site": staticmethod(site)})
        with connection:
            handler(connection, ("127.0.0.1", 0), None)

    def _handle(self) -> None:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if "100-continue" in headers.get("expect", ""):
            self.send_response_only(100)
            self.end_headers()
        answer = self.site(
            Request(
                method=self.command,
                host=self.host,
                path=unquote(url.path),
                query=url.query,
                headers=headers,
                body=self._body(headers),
            )
        )
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "") != "chunked":
            return self.rfile.read(int(headers.get("content-length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_: object) -> None:
        pass


def _pass_through(client: socket.socket, upstream: socket.socket) -> None:
    peers = {client: upstream, upstream: client}
    with upstream:
        while peers:
            for source in select.select([*peers], [], [])[0]:
                data = source.recv(1 << 16)
                if data:
                    peers[source].sendall(data)
                else:
                    with suppress(OSError):
                        peers[source].shutdown(socket.SHUT_WR)
                    del peers[source]


def _environment(folder: Path, proxy: str) -> dict[str, str]:
    """Beside the system's authorities, because hosts that are passed through have theirs."""
    default = ssl.get_default_verify_paths()
    system = Path(os.environ.get("SSL_CERT_FILE") or default.cafile or default.openssl_cafile)
    bundle = folder / "authorities.pem"
    text = system.read_text(encoding="utf-8") if system.is_file() else ""
    bundle.write_text(f"{text}\n{(folder / 'authority.pem').read_text()}", encoding="utf-8")
    trusted = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE")
    return {"HTTPS_PROXY": proxy, "https_proxy": proxy, **dict.fromkeys(trusted, str(bundle))}


def _certified(folder: Path, sites: Mapping[str, Site]) -> ssl.SSLContext:
    """An authority of this run's own, and one certificate of it for all the names."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("authority", "sites")
    ]
    now = datetime.now(UTC)

    def certificate(index: int, *extensions: tuple[x509.ExtensionType, bool]) -> bytes:
        builder = (
            x509.CertificateBuilder(names[0], names[index], keys[index].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=2))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(keys[0], hashes.SHA256()).public_bytes(PEM)

    hosts = [x509.DNSName(f"*{name}" if name.startswith(".") else name) for name in sites]
    (folder / "authority.pem").write_bytes(certificate(0, (x509.BasicConstraints(True, None), True)))
    chain = folder / "sites.pem"
    chain.touch(mode=0o600)
    key = keys[1].private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(key + certificate(1, (x509.SubjectAlternativeName(hosts), False)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context
