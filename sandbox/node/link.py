"""The link between this machine and the node, and this machine's routes to what lies behind it."""

import json
import subprocess
from typing import Any

from sandbox.network import Network
from sandbox.node.claim import Process
from sandbox.node.problem import NodeBrokenError

# Of the blackhole: higher (worse) than any other route has.
LAST_RESORT = "4278198272"


class Link:
    """A veth pair: `name` on this machine, `eth0` in the node."""

    def __init__(self, name: str, network: Network) -> None:
        self.name = name
        self._network = network

    def ensure(self, process: Process) -> bool:
        """Makes whatever of link, addresses and routes is missing; True when something was."""
        network = self._network
        is_new = False
        if not self._show("link", node_process=None) or not self._show("link", node_process=process):
            self._remove_link()
            peer = ("peer", "name", "eth0", "netns", str(process.pid))
            _ip("link", "add", self.name, "type", "veth", *peer)
            is_new = True
        if not is_new and self._complete(process):
            return False
        # While the node is down, its addresses must not leave by the default route: they may be somebody's.
        _ip("route", "replace", "blackhole", network.range, "metric", LAST_RESORT)
        _ip("address", "replace", f"{network.host}/30", "dev", self.name)
        _ip("link", "set", self.name, "up")
        in_node = ("nsenter", "--target", str(process.pid), "--net")
        _ip("link", "set", "eth0", "up", prefix=in_node)
        _ip("address", "replace", f"{network.node}/30", "dev", "eth0", prefix=in_node)
        _ip("route", "replace", "default", "via", network.host, prefix=in_node)
        _ip("route", "replace", network.range, "via", network.node, "dev", self.name)
        return True

    def _complete(self, process: Process) -> bool:
        network = self._network
        routes = _json("route", "show", "root", network.range)
        present = {
            (route.get("type", "unicast"), route.get("dev")) for route in routes if _exact(route, network)
        }
        in_node = ("nsenter", "--target", str(process.pid), "--net")
        defaults = _json("route", "show", "default", prefix=in_node)
        return (
            {("blackhole", None), ("unicast", self.name)} <= present
            and self._has(network.host, self._show("address", node_process=None))
            and self._has(network.node, self._show("address", node_process=process))
            and any(route.get("gateway") == network.host for route in defaults)
        )

    def _show(self, kind: str, node_process: Process | None) -> list[dict[str, Any]]:
        prefix = ("nsenter", "--target", str(node_process.pid), "--net") if node_process else ()
        return _json(kind, "show", "dev", "eth0" if node_process else self.name, prefix=prefix)

    @staticmethod
    def _has(address: str, links: list[dict[str, Any]]) -> bool:
        return any(
            "UP" in link.get("flags", []) and any(info.get("local") == address for info in link["addr_info"])
            for link in links
            if link
        )

    def _remove_link(self) -> None:
        # Both ends go with one; the kernel may be about to remove it itself, with the node's namespace.
        subprocess.run(["ip", "link", "delete", self.name], capture_output=True, check=False)

    def remove(self) -> None:
        """The link, and with it its routes; then the blackhole."""
        self._remove_link()
        subprocess.run(
            ["ip", "route", "delete", "blackhole", self._network.range, "metric", LAST_RESORT],
            capture_output=True,
            check=False,  # none is left
        )


def _exact(route: dict[str, Any], network: Network) -> bool:
    return str(route.get("dst")) == network.range


def _json(*arguments: str, prefix: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    process = subprocess.run(
        [*prefix, "ip", "-json", "-4", *arguments], capture_output=True, text=True, check=False
    )
    entries: list[dict[str, Any]] = (
        json.loads(process.stdout) if process.returncode == 0 and process.stdout.strip() else []
    )
    return entries


def _ip(*arguments: str, prefix: tuple[str, ...] = ()) -> None:
    process = subprocess.run([*prefix, "ip", *arguments], capture_output=True, text=True, check=False)
    if process.returncode:
        raise NodeBrokenError(f"`ip {' '.join(arguments)}` failed: {process.stderr.strip()}")
