"""A Dockerfile that tries to get out of its build, and tells what it could do."""

import shlex
from pathlib import Path

from cli.push import Push
from sandbox.network import Network
from tests.e2e.image_content import content

DOCKERFILE, SCRIPT = Path("backend", "Dockerfile"), Path("backend", "hostile.sh")
RUN = "RUN sh /backend/hostile.sh >/backend/escaped\n"
CONTROL = "run a command"
SEES_PROCESS = "see a process beside its own"  # of its own pod: BuildKit without privilege cannot hide them
REACHES_REGISTRY = "connect to the registry"
CONTROLS = {CONTROL, REACHES_REGISTRY}
HARMLESS = {*CONTROLS, SEES_PROCESS}


def _connect(host: str, port: int) -> str:
    return f"rm -f /tmp/in; timeout 5 nc -w 2 {host} {port} -e touch /tmp/in; ls /tmp/in"


NODE, TEKTON = Network().node, "tekton-pipelines.svc.cluster.local"
# Each is a success when it prints a word.
ATTEMPTS = {
    CONTROL: "id",
    SEES_PROCESS: "cat /proc/1/comm",
    "enter the mounts of a process": "for p in /proc/[0-9]*; do nsenter -t ${p#/proc/} -m echo in; done",
    "read the password of the registry": "cat /proc/[0-9]*/root/workspace/registry-auth/*",
    "read the environment of another process": "cat /proc/[0-9]*/environ | grep -a DOCKER_CONFIG",
    "read a token for the API server": "cat /run/secrets/*/*/token /proc/*/root/run/secrets/*/*/token",
    "see a process of the node": "grep -l -e kubelet -e containerd-shim /proc/[0-9]*/comm",
    "see volumes of another run": "ls -d /proc/[0-9]*/root/opt/local-path-provisioner/* /var/lib/kubelet/*",
    "mount something": "mkdir -p /m && mount -t tmpfs none /m && echo mounted",
    "make a device": "mknod /disk b 254 0 && dd if=/disk of=/dev/null bs=512 count=1 && echo read",
    "write a setting of the kernel": "echo >>/proc/sys/kernel/core_pattern && echo written",
    "load a module into the kernel": "ls /lib/modules/* && insmod /lib/modules/*/*.ko && echo loaded",
    REACHES_REGISTRY: _connect(NODE, 5000),
    "connect to the API server": _connect(NODE, 6443),
    "connect to the API server's Service": _connect("kubernetes.default.svc.cluster.local", 443),
    "connect to the kubelet": _connect(NODE, 10250),
    "connect to a cloud's metadata": _connect("169.254.169.254", 80),
    "connect to a name server": _connect("$(sed -n 's/^nameserver //p' /etc/resolv.conf | head -n 1)", 53),
    "connect to the interceptors": _connect(f"tekton-triggers-core-interceptors.{TEKTON}", 8443),
    "connect to Tekton's admission": _connect(f"tekton-pipelines-webhook.{TEKTON}", 443),
    "connect to the listener": _connect("el-github-listener.builds-webhook.svc.cluster.local", 8080),
}


def _hostile(tree: Path) -> None:
    tries = [
        f'if [ -n "$( ({command}) 2>/dev/null)" ]; then echo {shlex.quote(name)}; fi'
        for name, command in ATTEMPTS.items()
    ]
    (tree / SCRIPT).write_text("\n".join(tries) + "\n")
    dockerfile = (tree / DOCKERFILE).read_text()
    (tree / DOCKERFILE).write_text(dockerfile.replace("USER", f"{RUN}USER", 1))


def _peaceful(tree: Path) -> None:
    (tree / SCRIPT).unlink(missing_ok=True)
    (tree / DOCKERFILE).write_text((tree / DOCKERFILE).read_text().replace(RUN, ""))


def escaped(push: Push, folder: Path) -> set[str]:
    """Builds the hostile Dockerfile; returns what it could do, as its image says. Restores the tree."""
    try:
        (backend,) = [image.reference for image in push.run(_hostile) if "backend" in image.task]
        return set(content(push, backend, "backend/escaped", folder).splitlines())
    finally:
        push.run(_peaceful)
