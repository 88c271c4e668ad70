"""Official downloads are used where their host answers, and only when they are what their checksums say."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sandbox.toolchain import download
from sandbox.toolchain.pins import BY_NAME, TOOLS
from sandbox.toolchain.tool import ARCHITECTURE
from sandbox.toolchain.toolchain import Toolchain
from sandbox.toolchain.versions import ETCD
from toolkit.paths import Paths
from toolkit.progress import Progress

RELEASE = f"github.com/etcd-io/etcd/releases/download/v{ETCD}"
NAME = f"etcd-v{ETCD}-linux-{ARCHITECTURE}"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the tests say what matters."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder behind every download host."""
    root = tmp_path / "site"
    root.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv(download.MIRROR, f"http://127.0.0.1:{server.server_port}")
    yield root
    server.shutdown()
    server.server_close()


@pytest.fixture
def toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toolchain]:
    go = tmp_path / "programs/go"
    go.parent.mkdir()
    go.write_text(
        '#!/bin/sh\n[ "$1" = build ] || exit 0\nwhile [ "$1" != -o ]; do shift; done\necho built > "$2"\n'
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")
    with Toolchain(Paths(state=tmp_path / "state", cache=tmp_path / "cache"), Progress()) as made:
        yield made


def _publish(site: Path, *, checksum: str = "") -> None:
    release = site / RELEASE
    release.mkdir(parents=True)
    archive = release / f"{NAME}.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        entry = tarfile.TarInfo(f"{NAME}/etcd")
        entry.size = len(b"official")
        tar.addfile(entry, io.BytesIO(b"official"))
    actual = hashlib.sha256(archive.read_bytes()).hexdigest()
    (release / "SHA256SUMS").write_text(f"{'0' * 64}  other.zip\n{checksum or actual}  {archive.name}\n")


def test_a_download_with_the_right_checksum_is_used_and_nothing_is_built(
    site: Path, toolchain: Toolchain
) -> None:
    _publish(site)
    toolchain.ensure("etcd")
    assert toolchain.program("etcd").read_text() == "official"
    assert toolchain.program("etcd").stat().st_mode & 0o111, "a program can be run"


def test_a_download_with_a_wrong_checksum_is_refused_and_the_tool_built_instead(
    site: Path, toolchain: Toolchain, capsys: pytest.CaptureFixture[str]
) -> None:
    _publish(site, checksum="f" * 64)
    toolchain.ensure("etcd")
    assert toolchain.program("etcd").read_text() == "built\n", "what was downloaded must not be run"
    assert "but" in (said := capsys.readouterr().out)
    assert "SHA256SUMS says ffff" in said, "a wrong checksum is nothing to pass over in silence"


def test_a_download_without_a_checksum_is_refused(site: Path, toolchain: Toolchain) -> None:
    _publish(site)
    (site / RELEASE / "SHA256SUMS").write_text("")
    toolchain.ensure("etcd")
    assert toolchain.program("etcd").read_text() == "built\n"


def test_a_host_that_answers_but_lacks_the_file_leads_to_a_build(site: Path, toolchain: Toolchain) -> None:
    toolchain.ensure("etcd")
    assert toolchain.program("etcd").read_text() == "built\n"


def test_a_download_can_be_the_program_itself(site: Path, toolchain: Toolchain) -> None:
    for item in BY_NAME["kubernetes"].downloads:
        for url, text in ((item.url, item.programs[0]), (item.checksums, None)):
            path = site / url.replace("https://", "").replace("{arch}", ARCHITECTURE)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text or hashlib.sha256(item.programs[0].encode()).hexdigest())
    toolchain.ensure("kubernetes")
    assert toolchain.program("kubelet").read_text() == "kubelet"


def test_a_host_is_asked_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(download.MIRROR, "http://127.0.0.1:9")
    downloads = download.Downloads()
    asked: list[str] = []
    real = downloads._session.head

    def head(url: str, timeout: tuple[float, float]) -> object:
        asked.append(url)
        return real(url, timeout=timeout)

    monkeypatch.setattr(downloads._session, "head", head)
    assert not any(downloads.is_available(tool) for tool in TOOLS)
    assert len(asked) == 1, "a refusal is final"


def test_every_download_has_a_checksum_of_its_own_and_names_its_programs() -> None:
    for tool in TOOLS:
        given = [program for item in tool.downloads for program in item.programs]
        if tool.downloads:
            assert set(tool.names) <= set(given), f"{tool.name}: a download gives all a build gives"
        for item in tool.downloads:
            assert item.checksums != item.url
            assert all(url.startswith("https://") for url in (item.url, item.checksums))
