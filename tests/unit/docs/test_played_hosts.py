"""The hosts that stand for those out of reach, as the tests of the pages meet them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.docs.bucket import Bucket
from tests.docs.forge import CallingGitHub
from tests.docs.internet import Request, Response, internet
from tests.support.github_server import TOKEN
from tests.support.manifests import served

HOST = "builds.cos.example.com"


@pytest.fixture
def bucket() -> Bucket:
    return Bucket("builds")


@pytest.fixture
def online(tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def greet(request: Request) -> Response:
        return Response(body=f"{request.method} {request.path} {request.query}".encode())

    with internet(tmp_path, {"github.example.com": greet, ".cos.example.com": bucket}) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.mark.usefixtures("online")
def test_a_host_is_met_under_its_own_name_and_its_certificate_is_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert requests.get("https://github.example.com/a%20b?c=1", timeout=5).text == "GET /a b c=1"
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get("https://github.example.com/", timeout=5)


@pytest.mark.usefixtures("online")
def test_a_host_that_nobody_plays_is_asked_itself() -> None:
    with served() as address:  # it speaks no TLS: that it is reached at all is what counts
        port = address.rpartition(":")[2]
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"https://localhost:{port}/", timeout=5)
    with pytest.raises(requests.exceptions.ProxyError, match="502"):
        requests.get("https://localhost:9/", timeout=5)


@pytest.mark.usefixtures("online")
def test_a_bucket_keeps_copies_lists_and_forgets(bucket: Bucket) -> None:
    url = f"https://{HOST}"
    assert requests.put(f"{url}/a/one.json", data=b"1", timeout=5).ok
    source = {"x-amz-copy-source": "builds/a%2Fone.json"}
    assert b"ETag" in requests.put(f"{url}/a/b/two.json", headers=source, timeout=5).content
    chunks = b"3;chunk-signature=x\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    streamed = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
    requests.put(f"{url}/a/three", data=chunks, headers=streamed, timeout=5)
    assert bucket.objects == {"a/one.json": b"1", "a/b/two.json": b"1", "a/three": b"abc"}
    listed = requests.get(f"{url}/?list-type=2&prefix=a/&delimiter=/", timeout=5).text
    assert re.findall("<Key>(.*?)</Key>", listed) == ["a/one.json", "a/three"]
    assert re.findall("<CommonPrefixes><Prefix>(.*?)</Prefix>", listed) == ["a/b/"]
    assert requests.delete(f"{url}/a/three", timeout=5).status_code == 204
    assert requests.head(f"{url}/a/three", timeout=5).status_code == 404


def test_a_delivery_is_made_and_kept_and_made_again_as_github_does() -> None:
    github = CallingGitHub("example/shop")
    with served(lambda _path: (202, {}, "")) as listener:
        github.add(config={"url": f"{listener}/hooks", "secret": "s"}, events=["push"])
        github.lose("main", "a" * 40)
        (missed,) = github.deliveries
        status, _ = github.answer(
            "POST", f"/repos/example/shop/hooks/100/deliveries/{missed['id']}/attempts", TOKEN, {}
        )
    again = github.deliveries[0]
    assert (missed["status_code"], status) == (502, 202)
    assert again["guid"] == missed["guid"], "the same delivery"
    assert again["request"]["headers"]["X-Hub-Signature-256"].startswith("sha256=")
