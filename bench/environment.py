"""The environment of the measurements: the running sandbox, with forge, registry and stack."""

import os
import platform
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from kubernetes import client

from inspection.runs import direct_client
from sandbox.credentials import Credentials
from sandbox.forge.forge import Forge
from sandbox.network import Network
from sandbox.stack.stack import Stack
from sandbox.toolchain.versions import BUILDKIT, KUBERNETES
from toolkit.paths import Paths

TEKTON = ("tekton.dev", "v1")
TRIGGERS = ("triggers.tekton.dev", "v1beta1")


@dataclass(frozen=True, kw_only=True)
class BenchEnvironment:
    """`folder` is this run's own and goes with it."""

    folder: Path
    paths: Paths
    network: Network
    credentials: Credentials
    api: client.ApiClient
    name: str
    """Name of this run, and of the objects that it makes."""
    quick: bool
    """True for fewer rounds, and for the smaller sizes alone."""

    @classmethod
    def open(cls, folder: Path, *, quick: bool) -> Self:
        paths, network = Paths(), Network()
        if not paths.kubeconfig.exists():
            raise RuntimeError("no sandbox runs; `make up` starts one")
        return cls(
            folder=folder,
            paths=paths,
            network=network,
            credentials=Credentials.load_or_create(paths),
            api=direct_client(paths.kubeconfig),
            name=f"bench-{secrets.token_hex(3)}",
            quick=quick,
        )

    @property
    def custom(self) -> Any:
        """Custom objects, as plain dicts."""
        return client.CustomObjectsApi(self.api)

    @property
    def core(self) -> Any:
        """The core group; a dict may stand for an object."""
        return client.CoreV1Api(self.api)

    def list_objects(self, plural: str, namespace: str, selector: str = "") -> list[dict[str, Any]]:
        """Tekton's objects of a kind."""
        response = self.custom.list_namespaced_custom_object(
            *TEKTON, namespace, plural, label_selector=selector
        )
        return list(response["items"])

    @property
    def forge(self) -> Forge:
        return Forge.of(self.paths, self.network, self.credentials)

    @property
    def stack(self) -> Stack:
        return Stack(self.paths, self.network, self.program("pulumi"))

    def program(self, name: str) -> Path:
        return self.paths.state / "bin" / name

    def machine(self) -> Mapping[str, str]:
        """Properties of the machine and versions that the figures depend on."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        images = {
            container.image.rpartition("@")[0].rpartition("/")[2] or container.image
            for pod in self.core.list_namespaced_pod("tekton-pipelines").items
            for container in pod.spec.containers
        }
        return {
            "measured": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": f"{os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}",
            "Kubernetes": KUBERNETES,
            "BuildKit": BUILDKIT,
            "Tekton": ", ".join(sorted(images)),
        }
