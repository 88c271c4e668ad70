"""Health of every part of a node."""

from collections.abc import Callable
from pathlib import Path

from sandbox.node.control_plane import ControlPlane
from sandbox.node.services import Services
from sandbox.registry.registry import Registry
from sandbox.registry.releases import Releases
from toolkit.polling import wait_for

# A busy machine of two cores needs a quarter of it.
SECONDS = 120


class Health:
    """Asks each part itself; what comes later here depends on what comes before."""

    def __init__(
        self, control_plane: ControlPlane, registry: Registry, releases: Releases, services: Services
    ) -> None:
        self._services = services
        self._problems: dict[str, Callable[[], str]] = {
            "API server": control_plane.api_problem,
            "kubelet": control_plane.node_problem,
            "DNS": lambda: control_plane.deployment_problem("kube-system", "coredns"),
            "registry": registry.problem,
            "releases": releases.problem,
        }

    def wait(self, part: str, seconds: float = SECONDS) -> None:
        """Returns when this part is well; raises TimeoutError with what it said last, and its log."""
        problem = self._problems[part]
        log = self._log(part)
        wait_for(f"{part}{f' (log: {log})' if log else ''}", lambda: problem() or True, seconds=seconds)

    def wait_for_all(self) -> None:
        """Every part, and every service's process."""
        for part in self._problems:
            self.wait(part)
        for name in self._services.names():
            wait_for(f"{name} (log: {self._services.log(name)})", self._runs(name), seconds=SECONDS)

    def status(self) -> dict[str, str]:
        """State of each part: `ok`, or the problem."""
        states = {part: problem() or "ok" for part, problem in self._problems.items()}
        for name in self._services.names():
            if not self._services.is_running(name):
                states[name] = self._services.state(name)
        return states

    def _runs(self, name: str) -> Callable[[], bool | str]:
        return lambda: self._services.is_running(name) or self._services.state(name)

    def _log(self, part: str) -> Path | None:
        service = "kubelet" if part == "API server" else part  # kubelet runs it
        return self._services.log(service) if service in self._services.names() else None
