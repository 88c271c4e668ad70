"""A bucket that is asked as S3 and COS are: objects in memory, and no signature is verified."""

import hashlib
from email.utils import formatdate
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from tests.docs.internet import Request, Response

Objects = dict[str, bytes]


class Bucket:
    """`name` is the first label of its host, or the first part of the path."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.objects: Objects = {}

    def __call__(self, request: Request) -> Response:
        key = request.path.lstrip("/")
        if not request.host.startswith(f"{self.name}."):
            name, _, key = key.partition("/")
            if name != self.name:
                return _error(404, "NoSuchBucket")
        query = parse_qs(request.query, keep_blank_values=True)
        if not key:
            return self._list(query)
        if request.method == "PUT":
            return self._put(key, request)
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return Response(status=204)
        if key not in self.objects:
            return _error(404, "NoSuchKey")
        return Response(body=self.objects[key], headers=_about(self.objects[key]))

    def _put(self, key: str, request: Request) -> Response:
        source = (
            unquote(request.headers.get("x-amz-copy-source", "")).lstrip("/").removeprefix(f"{self.name}/")
        )
        if source and source not in self.objects:
            return _error(404, "NoSuchKey")
        self.objects[key] = self.objects[source] if source else _content(request)
        about = _about(self.objects[key])
        if not source:
            return Response(headers={"ETag": about["ETag"]})
        return _xml(
            f"<CopyObjectResult><ETag>{escape(about['ETag'])}</ETag>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></CopyObjectResult>"
        )

    def _list(self, query: dict[str, list[str]]) -> Response:
        prefix, delimiter = (query.get(name, [""])[0] for name in ("prefix", "delimiter"))
        below = sorted(key for key in self.objects if key.startswith(prefix))
        folders = {
            key[: key.index(delimiter, len(prefix)) + len(delimiter)]
            for key in below
            if delimiter and delimiter in key[len(prefix) :]
        }
        files = [key for key in below if not any(key.startswith(folder) for folder in folders)]
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size>"
            f"<ETag>{escape(_about(self.objects[key])['ETag'])}</ETag>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in files
        )
        common = "".join(
            f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>"
            for folder in sorted(folders)
        )
        return _xml(
            f"<ListBucketResult><Name>{self.name}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<KeyCount>{len(files) + len(folders)}</KeyCount><MaxKeys>1000</MaxKeys>"
            f"<IsTruncated>false</IsTruncated>{contents}{common}</ListBucketResult>"
        )


def _content(request: Request) -> bytes:
    """The object itself: what is streamed with a checksum comes in chunks that say their length."""
    if not request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return request.body
    content, remaining = b"", request.body
    while True:
        head, _, remaining = remaining.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if not size:
            return content
        content, remaining = content + remaining[:size], remaining[size + 2 :]


def _about(content: bytes) -> dict[str, str]:
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return {"ETag": f'"{digest}"', "Last-Modified": formatdate(1767225600, usegmt=True)}


def _xml(text: str, status: int = 200) -> Response:
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
    return Response(status=status, body=document.encode(), headers={"Content-Type": "application/xml"})


def _error(status: int, code: str) -> Response:
    return _xml(f"<Error><Code>{code}</Code><Message>{code}</Message></Error>", status)
