"""The Kubernetes control plane: made by kubeadm's phases, run by kubelet as static pods."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from sandbox.network import Network
from sandbox.node.init import Init
from sandbox.node.mounts import FOLDERS
from sandbox.node.problem import NodeBrokenError
from toolkit.files import write_changed, write_private
from toolkit.http import local_session
from toolkit.polling import wait_for

PHASES = ("certs all", "kubeconfig all", "etcd local", "control-plane all")
REQUEST_SECONDS = 5


class ControlPlane:
    """The node's /etc/kubernetes, and the API server that runs from it."""

    def __init__(self, folder: Path, network: Network, init: Init, program: Callable[[str], Path]) -> None:
        self._folder = folder
        self._kubernetes = folder / "kubernetes"
        self._network = network
        self._init = init
        self._program = program

    @property
    def _mark(self) -> Path:
        return self._kubernetes / "complete"

    def fingerprint(self, images: Path) -> str:
        """Hash of the sources of the control plane. A cluster with another fingerprint is made anew."""
        sources = (self._folder / "kubeadm.yaml").read_text() + images.name
        return hashlib.sha256(sources.encode()).hexdigest()

    def current_fingerprint(self) -> str | None:
        """The fingerprint of the cluster that is here; None when there is none, or half of one."""
        return self._mark.read_text() if self._mark.exists() else None

    def make(self, images: Path) -> None:
        """Keys, certificates, kubeconfigs and the static pods' manifests. The node must run."""
        # What an interrupted run left is half of something: old keys and new data do not go together.
        for name in ("kubernetes", "etcd", "kubelet"):
            _empty(self._folder / name)
        kubeadm = str(self._program("kubeadm"))
        settings = ("--config", str(self._folder / "kubeadm.yaml"))
        for phase in PHASES:
            self._init.run([kubeadm, "init", "phase", *phase.split(), *settings])
        proxy = self._init.run(
            [kubeadm, "kubeconfig", "user", "--client-name", "system:kube-proxy", *settings]
        )
        write_private(self._kubernetes / "kube-proxy.conf", proxy)
        write_private(self._mark, self.fingerprint(images))

    def place_kubelet_configuration(self) -> None:
        """kubelet reads it from its own folder."""
        write_private(self._folder / "kubelet" / "config.yaml", (self._folder / "kubelet.yaml").read_text())

    def import_images(self, images: Path) -> None:
        """The control plane's images, from docker-archives; once per set of them. containerd must answer."""
        marker = self._folder / "containerd" / f"imported-{images.name}"
        if marker.exists():
            return
        for archive in sorted(images.glob("*.tar")):
            self._ctr("--namespace", "k8s.io", "images", "import", str(archive))
        marker.touch()

    def wait_for_containerd(self, seconds: float) -> None:
        """Returns when containerd answers."""

        def answers() -> bool | str:
            try:
                self._ctr("version")
            except NodeBrokenError as error:
                return str(error)
            return True

        wait_for("containerd", answers, seconds=seconds)

    def _ctr(self, *arguments: str) -> None:
        self._init.run(["ctr", "--address", "/run/containerd/containerd.sock", *arguments])

    def apply_once(self, manifests: str) -> None:
        """Applies the objects that every cluster starts with, among them the administrators' rights; once."""
        marker = self._kubernetes / "applied"
        if not marker.exists():
            self._apply(manifests, "super-admin.conf")
            marker.touch()

    def apply(self, manifests: str) -> None:
        """Server-side apply, as the administrator."""
        self._apply(manifests, "admin.conf")

    def _apply(self, manifests: str, kubeconfig: str) -> None:
        kubectl = (str(self._program("kubectl")), "--kubeconfig", str(self._kubernetes / kubeconfig))
        process = subprocess.run(
            [
                *kubectl,
                "apply",
                "--server-side",
                "--force-conflicts",
                "--field-manager",
                "sandbox",
                "-f",
                "-",
            ],
            input=manifests,
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode:
            raise NodeBrokenError(
                f"the API server refused the sandbox's own objects: {process.stderr.strip()[-500:]}"
            )

    def first_time(self) -> bool:
        """True once in a cluster's life: when it has come up and nobody can have used it yet."""
        marker = self._kubernetes / "used"
        is_first = not marker.exists()
        marker.touch()
        return is_first

    def publish_kubeconfig(self, file: Path) -> None:
        """The administrator's, 0600."""
        write_changed(file, (self._kubernetes / "admin.conf").read_text())

    def get(self, path: str) -> Any:
        """An object of the API as JSON, or why there is none as a string."""
        keys = self._kubernetes / "pki"
        url = f"{self._network.api_server}{path}"
        # kubeadm's certificate for the API server itself: it has the administrators' group.
        certificate = str(keys / "apiserver-kubelet-client.crt"), str(keys / "apiserver-kubelet-client.key")
        try:
            with local_session() as session:
                answer = session.get(
                    url, cert=certificate, verify=str(keys / "ca.crt"), timeout=REQUEST_SECONDS
                )
            return answer.json() if answer.ok else f"status {answer.status_code}"
        except (requests.RequestException, OSError, ValueError) as error:
            return f"no answer ({type(error).__name__})"

    def api_problem(self) -> str:
        """Empty, or why the API server cannot be used."""
        answer = self.get("/readyz?verbose=false")
        # "ok" is no JSON, so reaching the parser means 200.
        return "" if answer == "no answer (JSONDecodeError)" else str(answer)

    def node_problem(self) -> str:
        """Empty when kubelet says that pods can run."""
        node = self.get("/api/v1/nodes/sandbox")
        if isinstance(node, str):
            return node
        conditions = {c["type"]: c for c in node.get("status", {}).get("conditions", [])}
        condition = conditions.get("Ready", {})
        return (
            ""
            if condition.get("status") == "True"
            else str(condition.get("message", "no condition Ready yet"))
        )

    def deployment_problem(self, namespace: str, name: str) -> str:
        """Empty when a Deployment has all its pods."""
        deployment = self.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
        if isinstance(deployment, str):
            return deployment
        count = deployment.get("status", {}).get("readyReplicas", 0)
        return "" if count >= deployment["spec"]["replicas"] else f"{count} pods ready"


def _empty(folder: Path) -> None:
    # The folder itself is mounted in the node: only what is in it may go.
    for path in folder.iterdir() if folder.exists() else []:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def wipe(folder: Path) -> None:
    """Deletes everything that the node's programs wrote. The node must be down."""
    for name in FOLDERS:
        if name != "cni":
            shutil.rmtree(folder / name, ignore_errors=True)
