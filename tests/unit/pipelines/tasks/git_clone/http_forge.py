"""A git server over HTTP that writes down who sends it a login, and for what."""

import base64
import gzip
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

from tests.unit.pipelines.tasks.git_clone.clone_step import git

USER, PASSWORD = "reader", "pass-word"


def basic(user: str, password: str) -> str:
    """The header of a login."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


LFS_TYPE = "application/vnd.git-lfs+json"


@dataclass
class HttpForge:
    """Serves the bare repositories below `root`; those below `root/public` to everybody."""

    root: Path
    port: int = 0
    logins: list[str] = field(default_factory=list)
    """Paths of the requests that came with a login."""
    requests: list[str] = field(default_factory=list)
    """Paths of all requests."""
    redirects: dict[str, str] = field(default_factory=dict)
    """Where a path's requests are sent, by the first part of the path; the rest is kept."""
    asks_first: bool = False
    """Whether a login is asked for before a request is sent elsewhere."""
    own: dict[str, str] = field(default_factory=dict)
    """The header of the one login that opens a repository, by its path; others are opened by USER's."""
    shown: set[tuple[str, str]] = field(default_factory=set)
    """Each repository's path with each password that was sent for it."""

    def url(self, path: str) -> str:
        return f"http://localhost:{self.port}/{path}"

    def make(self, path: str, text: str) -> str:
        """A bare repository with one file; its commit."""
        bare = self.root / path
        bare.mkdir(parents=True)
        git(bare, "init", "-q", "--bare", "-b", "main")
        git(bare, "config", "uploadpack.allowAnySHA1InWant", "true")
        return self.commit(path, {"file": text})

    def commit(self, path: str, files: dict[str, str], links: dict[str, str] | None = None) -> str:
        """A commit on main with these files, and with gitlinks to the commits `links` by their paths."""
        bare = self.root / path
        index = str(bare / "index")
        git(bare, "read-tree", "--empty")
        for name, text in files.items():
            (bare / "new").write_text(text, encoding="utf-8")
            blob = git(bare, "hash-object", "-w", "--no-filters", "new")
            git(bare, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
        for name, target in (links or {}).items():
            git(bare, "update-index", "--add", "--cacheinfo", f"160000,{target},{name}")
        made = git(bare, "commit-tree", git(bare, "write-tree"), "-m", "a commit")
        git(bare, "update-ref", "refs/heads/main", made)
        Path(index).unlink()
        return made


@contextmanager
def http_forge(root: Path) -> Iterator[HttpForge]:
    forge = HttpForge(root)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)

        def _answer(self, body: bytes) -> None:
            path = unquote(urlsplit(self.path).path).strip("/")
            forge.requests.append(path)
            login = self.headers.get("Authorization", "")
            # curl sends the user of a URL, with an empty password: whoever wrote the URL knows it.
            password = base64.b64decode(login.partition(" ")[2]).decode().partition(":")[2]
            if password:
                forge.shown.add((path.partition(".git/")[0], password))
            if PASSWORD in password:
                forge.logins.append(path)
            for start, target in forge.redirects.items():
                if path.startswith(start) and (login or not forge.asks_first):
                    self._say(302, b"", Location=target + self.path.lstrip("/").removeprefix(start))
                    return
            opens = forge.own.get(path.partition(".git/")[0], basic(USER, PASSWORD))
            if not path.startswith("public/") and login != opens:
                self._say(401, b"", WWW_Authenticate='Basic realm="forge"')
                return
            repository, _, what = path.partition(".git/")
            folder = f"{root / repository}.git"
            if not Path(folder).is_dir():
                self._say(404, b"")
                return
            if what == "info/lfs/objects/batch":
                self._say(200, (Path(folder) / "lfs-content").read_bytes())
                return
            service = ["git", "upload-pack", "--stateless-rpc"]
            if what == "info/refs":
                told = subprocess.run(
                    [*service, "--advertise-refs", folder], capture_output=True, check=True, timeout=30
                ).stdout
                line = b"# service=git-upload-pack\n"
                self._say(200, b"%04x%s0000%s" % (len(line) + 4, line, told), "advertisement")
                return
            told = subprocess.run(
                [*service, folder], input=body, capture_output=True, check=False, timeout=30
            ).stdout
            self._say(200, told, "result")

        def _say(self, code: int, body: bytes, kind: str = "", **headers: str) -> None:
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Type", f"application/x-git-upload-pack-{kind}" if kind else LFS_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing: `logins` and `requests` say it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forge.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
