"""The Debian packages the sandbox stands on, installed when missing and never started on this machine."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.toolchain.processes import CommandFailedError, Processes, ToolchainError

# The one list: package and what the sandbox does with it.
PACKAGES = {
    "containerd": "runs the node's containers",
    "runc": "what containerd starts a container with",
    "containernetworking-plugins": "ptp, host-local, portmap, loopback: the pods' network",
    "iptables": "kube-proxy's and portmap's rules, in the node's own network namespace",
    "conntrack": "kube-proxy forgets connections to a Service's dead pods with it",
    "socat": "kubectl port-forward through containerd",
    "ethtool": "kubeadm's preflight and kubelet look at links with it",
    "nftables": "NetworkPolicies' rules, in the node's own network namespace",
    "iproute2": "the veth pair, addresses and routes between this machine and the node",
    "kmod": "kubelet and kube-proxy ask for kernel modules with modprobe",
    "mount": "kubelet's volumes",
    "util-linux": "unshare and nsenter: the node's namespaces",
    "procps": "sysctl for kube-proxy and kubeadm",
    "runit": "PID 1 of the node; restarts what dies",
    "catatonit": "the pause container's one process",
    "docker-registry": "the registry the images are pushed to",
    "busybox-static": "the userland of small images",
    "debootstrap": "the userland of images that need git or newuidmap",
    "uidmap": "newuidmap and newgidmap for rootless BuildKit's image",
    "libcap2-bin": "setcap gives those two the capabilities they need instead of setuid",
    "git": "the forge's repositories and the example's push",
    "ca-certificates": "certificates of public registries",
    "gcc": "SQLite in the forge is C",
    "libc6-dev": "headers for it",
}

# Packages that bring a daemon of their own. The node runs its own copies; this machine's stay as they were.
SERVICES = {"containerd": "containerd", "docker-registry": "docker-registry"}

POLICY = Path("/usr/sbin/policy-rc.d")  # maintainer scripts ask it before they start a service
POLICY_ASIDE = POLICY.with_suffix(".d.before-sandbox")
POLICY_TEXT = "#!/bin/sh\n# While the sandbox installs packages: start nothing.\nexit 101\n"


def missing(packages: Iterable[str] = PACKAGES) -> list[str]:
    """Packages that are not installed, in the order of the argument."""
    names = list(packages)
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *names],
        capture_output=True,
        text=True,
        check=False,  # 1 when a package is unknown
    )
    lines = (line.split() for line in answer.stdout.splitlines())
    installed = {words[0] for words in lines if words[1:] == ["installed"]}
    return [name for name in names if name not in installed]


def ensure(processes: Processes, log: Path, packages: Iterable[str] = PACKAGES) -> list[str]:
    """Install what is missing; the names of what was installed. Output goes to `log`.

    Raises ToolchainError on a system without apt, naming what to install, or when apt fails.
    """
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        raise ToolchainError(
            "this is no Debian system (there is no apt-get): run the sandbox on Debian 12, or give the "
            f"stack an existing cluster's kubeconfig; the packages it needs are {' '.join(packages)}"
        )
    absent = missing(packages)
    if not absent:
        return []
    install = [
        "apt-get",
        "install",
        "--yes",
        "--no-install-recommends",
        "-o",
        "DPkg::Lock::Timeout=300",  # somebody else's apt ends some day
        *absent,
    ]
    environment = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    with _no_service_starts():
        try:
            try:
                processes.run(install, log=log, env=environment)
            except CommandFailedError:  # no package lists yet, or old ones
                processes.run(["apt-get", "update"], log=log, env=environment)
                processes.run(install, log=log, env=environment)
        except CommandFailedError as error:
            raise ToolchainError(f"apt could not install {' '.join(absent)}: {error}") from error
    _disable([service for package, service in SERVICES.items() if package in absent], processes, log)
    return absent


@contextmanager
def _no_service_starts() -> Iterator[None]:
    if POLICY_ASIDE.exists():  # an install that was killed
        POLICY_ASIDE.replace(POLICY)
    elif POLICY.exists() and POLICY.read_text() == POLICY_TEXT:
        POLICY.unlink()
    if POLICY.exists():
        POLICY.replace(POLICY_ASIDE)
    try:
        POLICY.write_text(POLICY_TEXT)
        POLICY.chmod(0o755)
        yield
    except PermissionError as error:
        raise ToolchainError(f"installing packages needs root: {error}") from error
    finally:
        POLICY.unlink(missing_ok=True)
        if POLICY_ASIDE.exists():
            POLICY_ASIDE.replace(POLICY)


def _disable(services: list[str], processes: Processes, log: Path) -> None:
    """Nor shall they start at the next boot."""
    for service in services:
        if shutil.which("systemctl"):
            processes.run(["systemctl", "disable", service], log=log)
        elif shutil.which("update-rc.d"):
            processes.run(["update-rc.d", service, "disable"], log=log)
