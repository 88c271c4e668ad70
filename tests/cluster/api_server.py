"""A real Kubernetes API in two seconds: etcd, kube-apiserver and kube-controller-manager as plain processes.

No node and no kubelet, so pods stay pending and a test writes the status a kubelet would write; everything
else (validation, defaults, server-side apply, garbage collection, namespaces that finish) is the real thing.
Loopback only, ports from the kernel, everything in one temporary folder that goes away at the end.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

KUBERNETES_NAMES = {"kube-apiserver", "kube-controller-manager", "kubeadm", "kubectl"}
START_SECONDS = 60


def binary(name: str) -> Path:
    """Finds a program in the folder TEKTON_BUILDS_BIN, else on PATH.

    A missing program is an error, never a skip.
    """
    path = os.pathsep.join(filter(None, [os.environ.get("TEKTON_BUILDS_BIN"), os.environ.get("PATH")]))
    for candidate in [name, "kubernetes"] if name in KUBERNETES_NAMES else [name]:
        if program := shutil.which(candidate, path=path):
            return Path(program)
    raise RuntimeError(f"{name} is neither in TEKTON_BUILDS_BIN nor on PATH; `make test` builds it first")


class ApiServer:
    """A context manager; `kubeconfig` (contents, JSON) is the administrator's.

    `controllers`: which of kube-controller-manager's run, as its option takes them; empty: none.
    """

    def __init__(self, *, controllers: str = "*") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="api-server-"))
        self.controllers = controllers
        self._processes: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._token = secrets.token_hex(16)
        self._port = free_port()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    @property
    def kubeconfig(self) -> str:
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [
                    {
                        "name": "test",
                        "cluster": {"server": self.url, "certificate-authority": str(self._certificate)},
                    }
                ],
                "users": [{"name": "admin", "user": {"token": self._token}}],
                "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
                "current-context": "test",
            }
        )

    @property
    def kubeconfig_file(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def _certificate(self) -> Path:
        return self.folder / "certificates" / "apiserver.crt"

    def __enter__(self) -> ApiServer:
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, process in reversed(self._processes):
            process.terminate()
        for _, process in reversed(self._processes):
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=5)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        folder = self.folder
        os.chmod(folder, 0o700)
        links = folder / "bin"
        links.mkdir()
        for name in ["etcd", *sorted(KUBERNETES_NAMES)]:
            (links / name).symlink_to(binary(name).resolve())
        etcd, peer = free_port(), free_port()
        self._run(
            "etcd",
            f"--data-dir={folder}/etcd",
            f"--listen-client-urls=http://127.0.0.1:{etcd}",
            f"--advertise-client-urls=http://127.0.0.1:{etcd}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync",  # nothing here outlives a crash
        )
        (folder / "tokens.csv").write_text(f"{self._token},admin,admin,system:masters\n")
        certificates = folder / "certificates"
        subprocess.run(
            [links / "kubeadm", "init", "phase", "certs", "sa", f"--cert-dir={certificates}"],
            check=True,
            capture_output=True,
            timeout=START_SECONDS,
        )
        self._run(
            "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{etcd}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self._port}",
            f"--cert-dir={certificates}",
            f"--token-auth-file={folder}/tokens.csv",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={certificates}/sa.pub",
            f"--service-account-signing-key-file={certificates}/sa.key",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--allow-privileged=true",
        )
        self.kubeconfig_file.write_text(self.kubeconfig)
        self.kubeconfig_file.chmod(0o600)
        self._wait_for("the API server to be ready", lambda: self._answers("/readyz"))
        if self.controllers:
            port = free_port()
            self._run(
                "kube-controller-manager",
                f"--kubeconfig={folder}/kubeconfig",
                f"--controllers={self.controllers}",
                "--leader-elect=false",
                "--bind-address=127.0.0.1",
                f"--secure-port={port}",
                f"--cert-dir={folder}/controller-certificates",
                f"--service-account-private-key-file={certificates}/sa.key",
            )
        self._wait_for("namespace default", lambda: self._answers("/api/v1/namespaces/default"))

    def _run(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [self.folder / "bin" / name, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in pytest must reach them through __exit__, in order
            )
        self._processes.append((name, process))

    def get(self, path: str) -> str:
        """Asks as the administrator. Raises OSError."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self._token}"})
        context = ssl.create_default_context(cafile=str(self._certificate))
        with urllib.request.urlopen(request, context=context, timeout=5) as answer:
            return str(answer.read().decode())

    def _answers(self, path: str) -> str | None:
        """Returns None when the server answers 200, else its answer."""
        try:  # the certificate comes with the server: first not there, then empty
            self.get(path)
        except OSError as error:
            return str(error)
        return None

    def _wait_for(self, subject: str, problem: Callable[[], str | None]) -> None:
        """Waits until `problem` returns None; a dead process is an error at once, with the end of its log."""
        deadline = time.monotonic() + START_SECONDS
        while (state := problem()) is not None:
            for name, process in self._processes:
                if process.poll() is not None:
                    end = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(
                        f"{name} ended with {process.returncode} while waiting for {subject}:\n{end}"
                    )
            if time.monotonic() > deadline:
                raise TimeoutError(f"{subject}: not within {START_SECONDS} s; last seen: {state}")
            time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
