"""What the program's packages ask for, and what a host offers."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.toolchain.pulumi_plugins import Plugin, is_available, plugins
from sandbox.toolchain.versions import PULUMI_KUBERNETES
from tests.unit.sandbox.toolchain.pulumi_plugins.places import RANDOM
from toolkit.paths import CHECKOUT


def test_the_versions_are_those_of_the_pinned_packages() -> None:
    pins = dict(
        line.split("==") for line in (CHECKOUT / "requirements.txt").read_text().splitlines() if "==" in line
    )
    versions = {plugin.name: plugin.version for plugin in plugins() if plugin.kind == "resource"}
    packages = {
        "kubernetes": "pulumi-kubernetes",
        "random": "pulumi-random",
        "tencentcloud": "tencentcloud-iac-pulumi",
    }
    assert versions == {name: pins[package] for name, package in packages.items()}


def test_the_provider_that_is_built_is_the_release_of_the_package() -> None:
    (built,) = [plugin for plugin in plugins() if plugin.tool]
    assert (built.name, built.version) == ("kubernetes", PULUMI_KUBERNETES), (
        "SDK, tested provider and the provider that a user downloads are one release"
    )


class Host(http.server.BaseHTTPRequestHandler):
    """Has one plugin."""

    def do_HEAD(self) -> None:
        self.send_response(200 if "random-v4.21.4-linux-" in self.path else 404)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_host_offers_what_it_answers_for(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert is_available(replace(RANDOM, releases=host))
    assert not is_available(Plugin(kind="resource", name="random", version="1.0.0", releases=host))
    assert not is_available(replace(RANDOM, releases="http://127.0.0.1:9")), "nobody there"
    for plugin in plugins():
        assert plugin.releases.startswith("https://"), "what runs as the user is fetched over TLS"
