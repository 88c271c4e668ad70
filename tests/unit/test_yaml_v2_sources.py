"""Manifests are found and read as Kubernetes reads them, and errors name the file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.yaml_v2_sources import Source, parse, read


def parsed(text: str) -> list[dict[str, Any]]:
    return list(parse(Source("test.yaml", text)))


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked += 1  # type: ignore[attr-defined]
        status = (
            503 if self.path == "/recovers" and self.server.asked == 1 else 404 if self.path == "/no" else 200
        )  # type: ignore[attr-defined]
        body = b"<html>sign in</html>" if self.path == "/html" else b"{kind: ConfigMap}"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    http = HTTPServer(("127.0.0.1", 0), _Handler)
    http.asked = 0  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    thread.join()
    http.server_close()


def test_a_url_is_fetched(server: str) -> None:
    """yaml/v2: `file` and `files` take URLs."""
    assert read(f"{server}/release.yaml", patterns=False)[0].text == "{kind: ConfigMap}"


def test_a_url_that_is_not_there_is_an_error_with_its_status(server: str) -> None:
    """The official provider parses the error page; ours says what happened."""
    with pytest.raises(PluginError, match=f"cannot fetch {server}/no: the server answered 404"):
        read(f"{server}/no", patterns=False)


def test_a_server_that_is_busy_is_asked_again(server: str) -> None:
    assert read(f"{server}/recovers", patterns=False)[0].text == "{kind: ConfigMap}"


def test_a_web_page_is_no_manifest(server: str) -> None:
    with pytest.raises(PluginError, match="/html: document 1 is no Kubernetes object but a str: <html>"):
        list(parse(read(f"{server}/html", patterns=False)[0]))


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(PluginError, match=r"cannot fetch http://127.0.0.1:1/a.yaml: Connection refused"):
        read("http://127.0.0.1:1/a.yaml", patterns=False)


def test_other_schemes_are_refused() -> None:
    with pytest.raises(PluginError, match="only http:// and https://"):
        read("s3://bucket/a.yaml", patterns=False)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"missing.yaml: No such file or directory"):
        read(str(tmp_path / "missing.yaml"), patterns=False)


def test_patterns_are_for_groups_alone(tmp_path: Path) -> None:
    """yaml/v2: ConfigGroup's `files` take globs, sorted; ConfigFile's `file` is one path."""
    for name in ("b.yaml", "a.yaml"):
        (tmp_path / name).write_text("")
    found = read(str(tmp_path / "*.yaml"), patterns=True)
    assert [Path(source.origin).name for source in found] == ["a.yaml", "b.yaml"]
    with pytest.raises(PluginError, match="No such file"):
        read(str(tmp_path / "*.yaml"), patterns=False)


def test_invalid_yaml_is_an_error_with_file_line_and_column() -> None:
    with pytest.raises(PluginError, match=r"test.yaml is not valid YAML at line 6, column \d+"):
        parsed('{"kind": "A"}\n---\nkind: B\n--- # last\nkind: C\n  - b: [\n')


def test_documents_of_json_and_yaml_may_follow_each_other() -> None:
    text = """\
# a comment
{"kind": "A", "text": "a\\n---\\nb"}
---
kind: B
text: |
  ---
  c
--- {kind: C}
---
"""
    assert parsed(text) == [
        {"kind": "A", "text": "a\n---\nb"},
        {"kind": "B", "text": "---\nc\n"},
        {"kind": "C"},
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01-02", "2024-01-02"),
        ("1:30", "1:30"),
        ("0644", 420),
        ("0o644", 420),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        ("v1.2", "v1.2"),
        ("1.2.3", "1.2.3"),
        ("10m", "10m"),
        ("yes", True),
        ("'yes'", "yes"),
        ("~", None),
        ("-1", -1),
        ("=", "="),
    ],
)
def test_scalars_mean_what_they_mean_to_kubernetes(text: str, value: Any) -> None:
    """kubectl's YAML has no dates and no base-60 numbers; a port mapping like 1:30 is text."""
    assert parsed(f"a: {text}") == [{"a": value}]


def test_keys_are_strings_as_in_json() -> None:
    assert parsed("a: {80: web, true: x}") == [{"a": {"80": "web", "true": "x"}}]


def test_json_is_read_too() -> None:
    assert parsed('{"kind": "ConfigMap", "data":\t{"a": "b"}}') == [{"kind": "ConfigMap", "data": {"a": "b"}}]
