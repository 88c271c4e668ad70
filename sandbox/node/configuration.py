"""Every file that configures the node, rendered from `files/` with this sandbox's folders and addresses."""

import shlex
import string
import sys
from pathlib import Path

import bcrypt

from sandbox.credentials import Credentials
from sandbox.images import recipes
from sandbox.network import Network
from sandbox.node.claim import Claim
from sandbox.toolchain.versions import KUBERNETES
from toolkit.files import write_changed, write_private
from toolkit.paths import Paths

FILES = Path(__file__).with_name("files")
PATCHES = Path(__file__).with_name("patches")
# In the node's folder, file: the service to restart when it changes (none reads the others again).
NODE_FILES = {
    "containerd.toml": "containerd",
    "kubeadm.yaml": "",
    "kubelet.yaml": "kubelet",
    "kube-proxy.yaml": "kube-proxy",
    "registry.yaml": "registry",
}
POLICIES_SOCKET = "/run/node-policies.sock"
CNI_PLUGINS = tuple(Path("/usr/lib/cni", name) for name in ("ptp", "host-local", "portmap", "loopback"))
PLUGIN = Path(__file__).parents[1] / "node_policies" / "plugin.py"
# Mounted into the node one by one, so they are written in place.
MOUNTED_FILES = ("hosts", "resolv.conf")


class Configuration:
    """Renders the templates; `folder` is where the node's files go."""

    def __init__(self, paths: Paths, network: Network, claim: Claim, credentials: Credentials) -> None:
        self.folder = paths.state.resolve() / "node"
        self._credentials = credentials
        busybox, provisioner = (":".join(image) for image in (recipes.BUSYBOX, recipes.PROVISIONER))
        self._values = {
            "state": str(paths.state.resolve()),
            "folder": str(self.folder),
            "certs": str(self.folder / "registries"),
            "patches": str(PATCHES),
            "cgroup": claim.cgroup,
            "node": network.node,
            "pods": network.pods,
            "services": network.services,
            "dns": network.dns,
            "policies_socket": POLICIES_SOCKET,
            "registry": network.registry,
            "registry_username": credentials.registry.username,
            "registry_password": credentials.registry.password,
            "kubernetes_version": f"v{KUBERNETES}",
            "etcd_tag": recipes.ETCD_IMAGE.rpartition(":")[2],
            "pause_image": recipes.PAUSE_IMAGE,
            "coredns_image": recipes.COREDNS_IMAGE,
            "busybox_image": f"{network.registry}/{busybox}",
            "provisioner_image": f"{network.registry}/{provisioner}",
        }
        self._registry = network.registry

    def render(self, name: str) -> str:
        """Fills every placeholder in a template of `files/`. Raises KeyError for an unknown one."""
        return string.Template((FILES / name).read_text()).substitute(self._values)

    def write(self) -> set[str]:
        """Writes all of them; the services whose files changed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        services = {
            service
            for name, service in NODE_FILES.items()
            if write_changed(self.folder / name, self.render(name))
        }
        for name in MOUNTED_FILES:
            file, text = self.folder / name, self.render(name)
            if not file.exists() or file.read_text() != text:
                file.write_text(text)
                file.chmod(0o644)
        hosts = self.folder / "registries" / self._registry / "hosts.toml"
        hosts.parent.mkdir(parents=True, exist_ok=True)
        write_changed(hosts, self.render("hosts.toml"))
        (self.folder / "cni").mkdir(exist_ok=True)
        write_changed(self.folder / "cni" / "10-pods.conflist", self.render("pods.conflist"))
        self._write_plugins()
        self._write_password()
        return services - {""}

    def _write_plugins(self) -> None:
        """Debian's CNI plugins and ours: they find each other in one folder."""
        folder = self.folder / "cni-plugins"
        folder.mkdir(exist_ok=True)
        for plugin in CNI_PLUGINS:
            link = folder / plugin.name
            if not link.is_symlink():
                link.symlink_to(plugin)
        wrapper = folder / "node-policies"
        command = shlex.join([sys.executable, "-IS", str(PLUGIN)])
        write_changed(wrapper, f"#!/bin/sh\nexec {command}\n", mode=0o700)

    def _write_password(self) -> None:
        account = self._credentials.registry
        file = self.folder / "htpasswd"
        if file.exists():
            name, _, hashed = file.read_text().strip().partition(":")
            if name == account.username and bcrypt.checkpw(account.password.encode(), hashed.encode()):
                return
        # The password is long and random, so a cheap hash is as good; it is checked at every request.
        hashed = bcrypt.hashpw(account.password.encode(), bcrypt.gensalt(rounds=4, prefix=b"2a")).decode()
        write_private(file, f"{account.username}:{hashed}\n")
