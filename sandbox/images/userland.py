"""A Debian userland by debootstrap, from the mirror this machine itself uses."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from sandbox.images.layer import Layer
from sandbox.toolchain.processes import Processes

SUITE = "bookworm"
DEFAULT_MIRROR = "http://deb.debian.org/debian"
# git, its LFS and ssh for the clone; curl for commit statuses; tini for Tekton's resolvers; runc and uidmap
# for BuildKit without root.
PACKAGES = ("ca-certificates", "curl", "git", "git-lfs", "openssh-client", "runc", "tini", "uidmap")
# Docker's client and daemon, and what the daemon calls.
DOCKER_PACKAGES = ("ca-certificates", "docker.io", "iptables")
# Tekton's resolvers are started through it, where Alpine, their base elsewhere, has it.
TINI = ("usr/sbin/tini", "../bin/tini")
APT = Path("/etc/apt")
# What a container never looks at; a third of the whole.
TRIM = (
    "etc/apt/sources.list",  # this machine's mirror is nobody's business
    "usr/share/doc",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/man",
    "var/cache",
    "var/lib/apt/lists",
    "var/log",
)
# With capabilities they make whoever starts them able to map users: in BuildKit's image alone.
MAPPERS = {"usr/bin/newuidmap": "cap_setuid=ep", "usr/bin/newgidmap": "cap_setgid=ep"}


def mirror(apt: Path = APT) -> str:
    """The first Debian archive among the machine's apt sources; security and other vendors' do not count."""
    for path in sorted([apt / "sources.list", *apt.glob("sources.list.d/*")]):
        if not path.is_file():
            continue
        text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#"))
        if path.suffix == ".sources":
            uris = re.findall(r"^URIs:\s*(\S+)", text, re.MULTILINE)
        else:
            uris = re.findall(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)", text, re.MULTILINE)
        for uri in uris:
            if re.fullmatch(r"https?://\S+/debian/?", uri):
                return str(uri).rstrip("/")
    return DEFAULT_MIRROR


def make(folder: Path, processes: Processes, log: Path) -> None:
    """`folder/layer.tar` (no newuidmap), `folder/mappers/` with the two and their capabilities."""
    root = folder / "root"
    _debootstrap(root, PACKAGES, processes, log)
    (root / TINI[0]).symlink_to(TINI[1])
    mappers = folder / "mappers"
    mappers.mkdir()
    for name, capability in MAPPERS.items():
        target = mappers / Path(name).name
        shutil.move(root / name, target)
        target.chmod(0o755)  # not setuid: it would ask for more than a pod may have
        processes.run(["setcap", capability, str(target)], log=log)
    _keep(root, folder)


def make_docker(folder: Path, processes: Processes, log: Path) -> None:
    """`folder/layer.tar` with Docker's client and daemon."""
    root = folder / "root"
    _debootstrap(root, DOCKER_PACKAGES, processes, log)
    _keep(root, folder)


def _debootstrap(root: Path, packages: Sequence[str], processes: Processes, log: Path) -> None:
    # In a mount namespace of its own: what debootstrap mounts goes with it, even when it is killed.
    processes.run(
        [
            "unshare",
            "--mount",
            "--fork",
            "--kill-child",
            "debootstrap",
            "--variant=minbase",
            f"--include={','.join(packages)}",
            SUITE,
            str(root),
            mirror(),
        ],
        log=log,
    )
    for name in TRIM:
        path = root / name
        if path.is_dir():
            shutil.rmtree(path)
            path.mkdir()
        else:
            path.unlink(missing_ok=True)


def _keep(root: Path, folder: Path) -> None:
    with Layer(folder / "layer.tar") as layer:
        layer.tree(root)
    (folder / "layer.digest").write_text(layer.digest)
    shutil.rmtree(root)


def layer_of(folder: Path) -> Layer:
    """The layer that `make` wrote, to be used under any number of images."""
    layer = Layer(folder / "layer.tar")
    layer.digest = (folder / "layer.digest").read_text()
    layer.size = layer.path.stat().st_size
    return layer
