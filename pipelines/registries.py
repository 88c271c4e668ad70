"""Registry configuration of a builder's daemon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import tomli_w


@dataclass(frozen=True, kw_only=True)
class Registries:
    """Which are spoken to over plain HTTP, and which are asked at another place first."""

    insecure: Sequence[str] = ()
    """HOST:PORT of those over plain HTTP."""
    mirrors: Mapping[str, str] = field(default_factory=dict)
    """URL of a mirror, by the registry's host as a FROM line names it."""

    def buildkitd(self, more: Mapping[str, object] | None = None) -> str:
        """A buildkitd.toml with these registries and the tables `more`; empty: TLS to each at its own place.

        https://github.com/moby/buildkit/blob/v0.34.2/docs/buildkitd.toml.md
        """
        plain = [*self.insecure]
        tables: dict[str, dict[str, object]] = {}
        for host, url in self.mirrors.items():
            parts = urlsplit(url)
            tables.setdefault(host, {})["mirrors"] = [f"{parts.netloc}{parts.path}"]
            if parts.scheme == "http":
                plain.append(parts.netloc)
        for host in plain:
            tables.setdefault(host, {}).update(http=True, insecure=True)
        return tomli_w.dumps({**(more or {}), **({"registry": tables} if tables else {})})

    def dockerd(self) -> str:
        """Flags of Docker's daemon, separated by spaces. It has mirrors of Docker Hub alone."""
        plain = [*self.insecure]
        plain += [urlsplit(url).netloc for url in self.mirrors.values() if url.startswith("http:")]
        return " ".join(
            [
                *(f"--insecure-registry={host}" for host in dict.fromkeys(plain)),
                *(f"--registry-mirror={url}" for url in self.mirrors.values()),
            ]
        )
