"""What of the pages cannot be as written on a machine that reaches package registries alone, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Images:
    """The sandbox's images that a page's session names in a stack's file before it begins."""

    page: str
    file: str
    images: tuple[str, ...]
    """Keys of the setting `images`."""
    host: str
    """Host of the settings' defaults, which refused this machine."""


DOCKER_HUB, QUAY = "docker.io", "quay.io"
SETTINGS = (
    Images(
        page="docs/getting-started.md",
        file="Pulumi.own.yaml",
        images=("traefik", "kubectl", "curl"),
        host=DOCKER_HUB,
    ),
    Images(page="docs/getting-started.md", file="Pulumi.own.yaml", images=("oauth2Proxy",), host=QUAY),
    Images(page="docs/tencent-cloud.md", file="Pulumi.dev.yaml", images=("oauth2Proxy",), host=QUAY),
    Images(page="docs/tencent-cloud.md", file="Pulumi.dev.yaml", images=("kubectl", "curl"), host=DOCKER_HUB),
    Images(page="docs/builders.md", file="Pulumi.dev.yaml", images=("buildkit",), host=DOCKER_HUB),
    Images(  # what `make mirror` would copy
        page="docs/releases.md",
        file="Pulumi.dev.yaml",
        images=("git", "buildkit", "curl", "kubectl"),
        host=DOCKER_HUB,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A command that another test runs, from a fresh clone and as written, or that a workflow has."""

    command: str
    file: str
    why: str


ELSEWHERE = (
    Elsewhere(
        command="make up STACK=tke-sandbox",
        file="tests/e2e/test_tke_stack.py",
        why="it has a node of its own, where it is looked at closely",
    ),
    Elsewhere(
        command="make venv",
        file=".github/workflows/up.yaml",
        why="it is a step of both workflows, whose steps are typed too",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Exempt:
    """A command that nobody runs: the host that it asks refused this machine."""

    page: str
    command: str
    host: str
    why: str


EXEMPT: tuple[Exempt, ...] = ()
