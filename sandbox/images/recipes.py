"""The content of each image: programs of the toolchain, and files of this machine's Debian packages."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from sandbox.images import userland
from sandbox.images.image import Image
from sandbox.images.layer import Layer
from sandbox.toolchain.versions import (
    BUILDKIT,
    COREDNS,
    ETCD,
    KUBERNETES,
    LOCAL_PATH_PROVISIONER,
    OAUTH2_PROXY,
    TRAEFIK,
)

# Names the sandbox stack's settings point at, below the registry's address.
BUSYBOX = ("sandbox/busybox", "1.35")
GIT = ("sandbox/git", "2.39")
BUILDKIT_ROOTLESS = ("sandbox/buildkit", f"v{BUILDKIT}-rootless")
DOCKER = ("sandbox/docker", "20.10")
KUBECTL = ("sandbox/kubectl", f"v{KUBERNETES}")
TRAEFIK_IMAGE = ("sandbox/traefik", f"v{TRAEFIK}")
OAUTH2_PROXY_IMAGE = ("sandbox/oauth2-proxy", f"v{OAUTH2_PROXY}")
PROVISIONER = ("sandbox/local-path-provisioner", f"v{LOCAL_PATH_PROVISIONER}")

# Names kubeadm expects for this Kubernetes version.
ETCD_IMAGE = f"registry.k8s.io/etcd:{ETCD}-0"
COREDNS_IMAGE = f"registry.k8s.io/coredns/coredns:v{COREDNS}"
PAUSE_IMAGE = "registry.k8s.io/pause:3.10.1"

NONROOT = 65532
USER = 1000  # of the rootless BuildKit image, as in moby/buildkit's
BUSYBOX_PROGRAM = Path("/bin/busybox")
CATATONIT = Path("/usr/bin/catatonit")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

Program = Callable[[str], Path]


def control_plane(folder: Path, program: Program) -> None:
    """Writes a docker-archive per component, for `ctr images import`: the node starts before the registry."""
    parts = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    tags = [f"registry.k8s.io/{part}:v{KUBERNETES}" for part in parts]
    with Layer(folder / "layer") as layer:
        _base(layer)
        _programs(layer, {f"usr/local/bin/{part}": program(part) for part in parts})
    Image(layers=[layer]).write_archive(folder / "kubernetes.tar", tags)
    with Layer(folder / "layer") as layer:
        _base(layer)
        layer.file("usr/local/bin/etcd", program("etcd"))
    Image(layers=[layer]).write_archive(folder / "etcd.tar", [ETCD_IMAGE])
    with Layer(folder / "layer") as layer:
        _base(layer)
        layer.file("coredns", program("coredns"))
    Image(layers=[layer], entrypoint=["/coredns"]).write_archive(folder / "coredns.tar", [COREDNS_IMAGE])
    with Layer(folder / "layer") as layer:
        layer.file("catatonit", CATATONIT)
    Image(layers=[layer], entrypoint=["/catatonit", "-P"], user="65535:65535").write_archive(
        folder / "pause.tar", [PAUSE_IMAGE]
    )
    (folder / "layer").unlink()


def busybox(folder: Path) -> None:
    """A shell and its tools, usable by any user."""
    with Layer(folder / "layer") as layer:
        _base(layer)
        _shell(layer)
    _publish(folder, Image(layers=[layer], command=["sh"]), BUSYBOX)


def git(folder: Path, debian: Path) -> None:
    """git, ssh, curl and a shell: the contract of alpine/git, and what the steps of curlimages/curl need."""
    with Layer(folder / "layer") as layer:
        # ssh does nothing for a user without a name. It is 1000 there too.
        layer.text(
            "etc/passwd", f"root:x:0:0:root:/root:/bin/sh\ngit-user:x:{USER}:{USER}::/home/git-user:/bin/sh\n"
        )
        layer.folder("home/git-user", owner=USER)
    layers = [userland.layer_of(debian), layer]
    _publish(folder, Image(layers=layers, entrypoint=["git"], command=["--help"]), GIT)


def buildkit(folder: Path, debian: Path, program: Program, daemonless: Path) -> None:
    """Rootless BuildKit with the users, folders and environment of moby/buildkit:VERSION-rootless."""
    home = "home/user"
    with Layer(folder / "layer") as layer:
        accounts = "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n"
        layer.text("etc/passwd", accounts)
        layer.text("etc/group", "root:x:0:\nuser:x:1000:\n")
        for name in ("etc/subuid", "etc/subgid"):
            layer.text(name, "user:100000:65536\n")
        for name in (home, f"{home}/.config", f"{home}/.local", f"{home}/.local/tmp", f"{home}/.local/share"):
            layer.folder(name, owner=USER)
        layer.folder(f"{home}/.local/share/buildkit", owner=USER)
        layer.folder("run/user/1000", mode=0o700, owner=USER)
        for name in ("buildkitd", "buildctl", "rootlesskit"):
            layer.file(f"usr/bin/{name}", program(name))
        layer.file("usr/bin/buildctl-daemonless.sh", daemonless)
        for name in userland.MAPPERS:
            layer.file(name, debian / "mappers" / Path(name).name)
    image = Image(
        layers=[userland.layer_of(debian), layer],
        entrypoint=["rootlesskit", "buildkitd"],
        env={
            "HOME": "/home/user",
            "USER": "user",
            "XDG_RUNTIME_DIR": "/run/user/1000",
            "TMPDIR": "/home/user/.local/tmp",
            "BUILDKIT_HOST": "unix:///run/user/1000/buildkit/buildkitd.sock",
        },
        user=f"{USER}:{USER}",
    )
    _publish(folder, image, BUILDKIT_ROOTLESS)


def docker(folder: Path, debian: Path) -> None:
    """Docker's client, and its daemon behind the entrypoint of docker:dind."""
    with Layer(folder / "layer") as layer:
        # The official one also copes with cgroups and kernels that are not this machine's.
        layer.text("usr/local/bin/dockerd-entrypoint.sh", '#!/bin/sh\nexec "$@"\n', mode=0o755)
    image = Image(layers=[userland.layer_of(debian), layer], entrypoint=["dockerd-entrypoint.sh"])
    _publish(folder, image, DOCKER)


def kubectl(folder: Path, program: Program) -> None:
    """kubectl and a shell."""
    with Layer(folder / "layer") as layer:
        _base(layer)
        layer.file("usr/local/bin/kubectl", program("kubectl"))
        _shell(layer)
    _publish(folder, Image(layers=[layer], command=["sh"]), KUBECTL)


def traefik(folder: Path, program: Program) -> None:
    """The ingress controller."""
    with Layer(folder / "layer") as layer:
        _base(layer)
        layer.file("usr/local/bin/traefik", program("traefik"))
    _publish(folder, Image(layers=[layer], entrypoint=["traefik"]), TRAEFIK_IMAGE)


def oauth2_proxy(folder: Path, program: Program) -> None:
    """The Dashboard's login."""
    with Layer(folder / "layer") as layer:
        _base(layer)
        layer.file("bin/oauth2-proxy", program("oauth2-proxy"))
    _publish(folder, Image(layers=[layer], entrypoint=["/bin/oauth2-proxy"]), OAUTH2_PROXY_IMAGE)


def local_path_provisioner(folder: Path, program: Program) -> None:
    """The storage class's controller."""
    with Layer(folder / "layer") as layer:
        _base(layer)
        layer.file("usr/bin/local-path-provisioner", program("local-path-provisioner"))
    _publish(folder, Image(layers=[layer], command=["local-path-provisioner"]), PROVISIONER)


def _publish(folder: Path, image: Image, name: tuple[str, str]) -> None:
    repository, tag = name
    digest = image.write_tree(folder, repository, tag)
    (folder / "layer").unlink(missing_ok=True)
    (folder / "images.json").write_text(json.dumps({f"{repository}:{tag}": digest}, indent=1))


def _base(layer: Layer) -> None:
    """Base of images without a distribution: users, a place to write, the certificates trusted here."""
    layer.text(
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/sh\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"
        f"nonroot:x:{NONROOT}:{NONROOT}:nonroot:/home/nonroot:/bin/sh\n",
    )
    layer.text("etc/group", f"root:x:0:\nnobody:x:65534:\nnonroot:x:{NONROOT}:\n")
    layer.folder("root", mode=0o700)
    layer.folder("home/nonroot", owner=NONROOT)
    layer.folder("tmp", mode=0o1777)
    if CERTIFICATES.is_file():
        layer.file("etc/ssl/certs/ca-certificates.crt", CERTIFICATES, mode=0o644)


def _shell(layer: Layer) -> None:
    applets = subprocess.run([BUSYBOX_PROGRAM, "--list"], capture_output=True, text=True, check=True)
    layer.file("bin/busybox", BUSYBOX_PROGRAM)
    for applet in sorted(set(applets.stdout.split()) - {"busybox"}):
        layer.link(f"bin/{applet}", "busybox")
    layer.link("usr/bin/env", "/bin/busybox")  # where scripts look for it


def _programs(layer: Layer, programs: dict[str, Path]) -> None:
    """Programs under their names; those that are one file on disk are one file in the layer."""
    names: dict[Path, str] = {}
    for name, path in programs.items():
        real = path.resolve()
        if real in names:
            layer.link(name, f"/{names[real]}")
        else:
            names[real] = name
            layer.file(name, real)
