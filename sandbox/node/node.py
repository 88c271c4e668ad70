"""The node: up, down, status."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sandbox.credentials import Credentials
from sandbox.network import Network
from sandbox.node import daemons
from sandbox.node.cgroup import Cgroup
from sandbox.node.claim import Claim, Process
from sandbox.node.configuration import Configuration
from sandbox.node.control_plane import ControlPlane, wipe
from sandbox.node.health import Health
from sandbox.node.init import Init
from sandbox.node.link import Link
from sandbox.node.mounts import Mounts
from sandbox.node.pod_network import PodNetwork
from sandbox.node.problem import NodeBrokenError, NodeError
from sandbox.node.services import Services
from sandbox.registry.registry import Registry
from sandbox.registry.releases import Releases
from toolkit.paths import Paths
from toolkit.polling import wait_for

# A busy machine of two cores needs a quarter of these.
CONTAINERD_SECONDS = 60
API_SECONDS = 150
STORAGE_SECONDS = 120
REPAIR_SECONDS = 90  # a cluster that was there once needs no keys and no images
STATE_FOLDERS = ("node", "services", "registry", "releases", "volumes", "forge")


class Toolchain(Protocol):
    """Source of programs and images."""

    def program(self, name: str) -> Path: ...

    def folder(self, name: str) -> Path: ...


class Progress(Protocol):
    """Receiver of messages for the user."""

    def note(self, text: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class UpResult:
    """Result of `up`. `new_cluster`: nothing that was deployed before is there any more."""

    new_cluster: bool


class Node:
    """One sandbox's node. All it has lies in `paths.state`; this machine sees one link and two routes.

    Everything raises NodeError, one sentence, when it cannot be done.
    """

    def __init__(self, paths: Paths, network: Network, toolchain: Toolchain, progress: Progress) -> None:
        self._paths = paths
        self._network = network
        self._toolchain = toolchain
        self._progress = progress
        self._state = paths.state.resolve()
        self._folder = self._state / "node"
        self._claim = Claim(network.range, self._state)
        self._init = Init(self._claim, paths.logs / "node.log")
        self._link = Link(self._claim.link, network)
        self._cgroup = Cgroup(self._claim.cgroup)
        self._pod_network = PodNetwork(self._folder)
        self._mounts = Mounts(self._folder, self._claim.mount_points)
        self._control_plane = ControlPlane(self._folder, network, self._init, toolchain.program)
        self.services = Services(self._state / "services", paths.logs.resolve())
        self.releases = Releases(self._state / "releases", network.releases, network.registry)

    @property
    def registry(self) -> Registry:
        """The registry, with this sandbox's password."""
        account = Credentials.load_or_create(self._paths).registry
        return Registry(self._state / "registry", self._network.registry, account)

    def run(self, command: Sequence[str]) -> str:
        """Run a command as root in the node; what it printed."""
        return self._init.run(command)

    def apply(self, manifests: str) -> None:
        """Server-side apply, as the cluster's administrator."""
        self._control_plane.apply(manifests)

    @property
    def _health(self) -> Health:
        return Health(self._control_plane, self.registry, self.releases, self.services)

    # -- up -------------------------------------------------------------------------------------------

    def up(self) -> UpResult:
        """The node runs, its API server answers and its DNS and registry do: from whatever state it is in.

        The toolchain's "kubernetes" and "control-plane" must be there.
        """
        for claim in Claim.of(self._state):
            if claim.network != self._network.range:
                raise NodeError(
                    f"this sandbox has {claim.network}, not {self._network.range}: "
                    "run `make down` before you change SANDBOX_NETWORK"
                )
        with self._claim.hold():
            return self._bring_up_with_remedies()

    def _bring_up_with_remedies(self) -> UpResult:
        images = self._toolchain.folder("control-plane")
        self._take_over()
        has_old_data = (self._folder / "containerd").exists()
        services = self._configure()
        fingerprint = self._control_plane.current_fingerprint()
        if fingerprint and fingerprint != self._control_plane.fingerprint(images):
            self._progress.note("the sandbox's Kubernetes has changed: the node starts clean")
            self._start_clean()
            fingerprint, has_old_data = None, False
        remedies = [("starts clean", self._start_clean)] if has_old_data else []
        process = self._init.process
        if fingerprint and process and not process.ending():
            remedies.insert(0, ("is restarted", self._init.kill))
        while True:
            try:
                self._bring_up(images, services)
                return UpResult(new_cluster=self._control_plane.first_time())
            except (NodeBrokenError, TimeoutError) as error:
                if not remedies:
                    raise NodeBrokenError(
                        f"{error}; the logs are in {self._paths.logs}, and `make down` removes everything"
                    ) from error
                effect, remedy = remedies.pop(0)
                self._progress.note(f"{error}: the node {effect}")
                remedy()

    def _take_over(self) -> None:
        """Ends the node of a sandbox whose state folder is gone."""
        if self._init.process and not self._folder.exists():
            self._progress.note("a node whose state is gone is ended")
            self._init.kill()

    def _configuration(self) -> Configuration:
        credentials = Credentials.load_or_create(self._paths)
        return Configuration(self._paths, self._network, self._claim, credentials)

    def _configure(self) -> set[str]:
        """Writes every file; the services to restart for it."""
        services = self._configuration().write()
        self.releases.prepare()
        (self._state / "registry").mkdir(exist_ok=True)
        scripts = daemons.scripts(self._paths, self._network, self._toolchain.program)
        return services | daemons.define(self.services, scripts)

    def _bring_up(self, images: Path, changed_services: set[str]) -> None:
        control_plane, services = self._control_plane, self.services
        is_new_process = self._start_process()
        if self._link.ensure(self._require_process()) and not is_new_process:
            self._progress.note("the link to the node is made again")
        if not is_new_process:
            for name in sorted(changed_services - daemons.DEFERRED):
                services.restart(name)
        exists = control_plane.current_fingerprint() is not None
        if not exists:
            for name in daemons.DEFERRED:
                services.stop(name)
            control_plane.make(images)
        control_plane.place_kubelet_configuration()
        control_plane.wait_for_containerd(CONTAINERD_SECONDS)
        control_plane.import_images(images)
        for name in sorted(daemons.DEFERRED):
            if exists and not is_new_process and name in changed_services:
                services.restart(name)
            else:
                services.start(name)
        self._health.wait("API server", REPAIR_SECONDS if exists else API_SECONDS)
        control_plane.apply_once(self._configuration().render("cluster.yaml"))
        control_plane.publish_kubeconfig(self._paths.kubeconfig)
        self._health.wait_for_all()

    def _start_process(self) -> bool:
        process = self._init.process
        if process and process.ending():
            process.kill()  # which waits until it has ended
        elif process:
            targets = self._mounts.missing_targets(process)
            if not targets and not self._pod_network.has_changed():
                return False
            reason = f"has lost its {targets[0]}" if targets else "has pods on an earlier network"
            self._progress.note(f"the node {reason}: it is restarted")
            process.kill()
        if self._control_plane.current_fingerprint():
            self._progress.note("the node is down: it starts again with what it had")
        self._mounts.ensure_targets()
        self._cgroup.remove()  # of containers that ended with the last node
        self._cgroup.ensure()
        shutil.rmtree(self._folder / "cni-state", ignore_errors=True)  # addresses of pods that are gone
        mounts = self._mounts.pairs()
        self._pod_network.note_start()
        self._init.start(self.services.folder, mounts)
        return True

    def _require_process(self) -> Process:
        process = self._init.process
        if process is None:
            raise NodeBrokenError("the node's first process has ended")
        return process

    def _start_clean(self) -> None:
        self._init.kill()
        wipe(self._folder)
        for name in daemons.DEFERRED:
            (self.services.folder / name / "down").touch()

    def provide_storage(self) -> None:
        """The default StorageClass `standard`. Its images must be in the registry."""
        control_plane = self._control_plane
        control_plane.apply(self._configuration().render("storage.yaml"))
        wait_for(
            "the storage class's provisioner",
            lambda: control_plane.deployment_problem("local-path-storage", "local-path-provisioner") or True,
            seconds=STORAGE_SECONDS,
        )

    # -- down and status ------------------------------------------------------------------------------

    def down(self) -> None:
        """Removes processes, mounts, link, routes, cgroups and state of the node. Harmless twice."""
        for claim in Claim.of(self._state):
            with claim.hold():
                Init(claim, self._paths.logs / "node.log").kill()
                Link(claim.link, Network(claim.network)).remove()
                Cgroup(claim.cgroup).remove()
                self._mounts.remove_targets(last=claim.is_last())
                claim.release()
        self._mounts.remove_targets(last=self._claim.is_last())  # after a reboot there is no claim
        for name in STATE_FOLDERS:
            shutil.rmtree(self._state / name, ignore_errors=True)
        for name in ("kubeconfig", "credentials.json"):
            (self._state / name).unlink(missing_ok=True)

    def status(self) -> dict[str, str]:
        """State of each part: `ok`, or the problem."""
        if self._init.process is None:
            return {"node": "down"}
        return {"node": "ok", **self._health.status()}
