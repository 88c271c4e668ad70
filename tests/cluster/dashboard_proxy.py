"""The Dashboard's login as a process: the pinned program, with the options that are deployed."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import bcrypt
import requests

from components.dashboard.oauth2_proxy import LOGIN_FOLDER, PAGE_FOLDER, SIGN_IN
from tests.support.loopback import serving
from tests.support.program import ROOT, config
from tests.unit.components.dashboard.test_dashboard import deploy
from toolkit.polling import wait_for

USER, PASSWORD = "admin", "right-pass-word"
COOKIE_SECRET = "0123456789abcdefghijklmnopqrstuv"
PAGE = b"the Dashboard's page"


@dataclass
class Login:
    """A proxy that runs, and what has reached the Dashboard behind it."""

    url: str
    reached: list[Mapping[str, str]] = field(default_factory=list)
    """Headers of each request that got through."""

    def ask_as_written(self, path: str, headers: Mapping[str, str]) -> int:
        """The status for a path that requests would put in order first."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            connection.request("GET", path, headers=dict(headers))
            return connection.getresponse().status
        finally:
            connection.close()

    def ask(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:
        """An answer, as it is: redirects are not followed."""
        session = requests.Session()
        session.trust_env = False  # neither a proxy nor somebody's .netrc
        return session.request(
            method, self.url + path, headers=headers, timeout=10, allow_redirects=False, **options
        )


def command_line(folder: Path, auth: Mapping[str, Any]) -> list[str]:
    """Arguments that the program deploys the proxy with."""
    stack = deploy(config(folder / "kubeconfig"), folder, {"auth": dict(auth)})
    deployment = stack.one("Deployment", "dashboard-oauth2-proxy").plain()
    arguments: list[str] = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    return arguments


@contextmanager
def running(
    program: Path,
    folder: Path,
    arguments: Sequence[str],
    *,
    cookie_secret: str = COOKIE_SECRET,
) -> Iterator[Login]:
    """The proxy with these options, its files in `folder`, and a web server for the Dashboard.

    Raises AssertionError with what it said when it ends by itself.
    """
    login = Login(url="")
    with serving(_dashboard(login.reached.append)) as dashboard:
        port = _free_port()
        options = [_local_option(argument, folder, dashboard, port) for argument in arguments]
        log = folder / "proxy.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [str(program), *options],
                env={"PATH": os.environ["PATH"], "OAUTH2_PROXY_COOKIE_SECRET": cookie_secret},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        login.url = f"http://127.0.0.1:{port}"
        try:
            wait_for("the proxy", lambda: _answers(process, login.url, log), 20)
            yield login
        finally:
            process.kill()
            process.wait()


def files(folder: Path, *, password: str = PASSWORD) -> None:
    """Writes the files that the Secret and the ConfigMap are in the pod."""
    for mounted in (LOGIN_FOLDER, PAGE_FOLDER):
        (folder / mounted.lstrip("/")).mkdir(parents=True, exist_ok=True)
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    (folder / LOGIN_FOLDER.lstrip("/") / "htpasswd").write_text(f"{USER}:{hashed}")
    shutil.copy(ROOT / "components" / "dashboard" / SIGN_IN, folder / PAGE_FOLDER.lstrip("/"))


def _local_option(argument: str, folder: Path, dashboard: str, port: int) -> str:
    name, _, value = argument.partition("=")
    if name == "--upstream":
        return f"{name}={dashboard}"
    if name == "--http-address":
        return f"{name}=127.0.0.1:{port}"
    return f"{name}={folder}{value}" if value.startswith("/etc/") else argument


def _answers(process: subprocess.Popen[bytes], url: str, log: Path) -> bool | str:
    if process.poll() is not None:
        raise AssertionError(f"the proxy ended with {process.returncode}: {log.read_text()}")
    session = requests.Session()
    session.trust_env = False
    try:
        return session.get(f"{url}/ping", timeout=1).status_code == 200
    except requests.RequestException as error:
        return type(error).__name__


def _dashboard(reach: Callable[[Mapping[str, str]], None]) -> type[BaseHTTPRequestHandler]:
    class Dashboard(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reach({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        do_POST = do_OPTIONS = do_DELETE = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    return Dashboard


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
