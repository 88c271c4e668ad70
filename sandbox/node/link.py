"""The link between this machine and the node, and this machine's routes to what lies behind it."""

import json
import subprocess
from typing import Any

from sandbox.network import Network
from sandbox.node.claim import Process
from sandbox.node.problem import NodeBroken

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
        made = False
        if not self._show("link", inside=None) or not self._show("link", inside=process):
            self._remove_link()
            peer = ("peer", "name", "eth0", "netns", str(process.pid))
            _ip("link", "add", self.name, "type", "veth", *peer)
            made = True
        if not made and self._complete(process):
            return False
        # While the node is down, its addresses must not leave by the default route: they may be somebody's.
        _ip("route", "replace", "blackhole", network.range, "metric", LAST_RESORT)
        _ip("address", "replace", f"{network.host}/30", "dev", self.name)
        _ip("link", "set", self.name, "up")
        inside = ("nsenter", "--target", str(process.pid), "--net")
        _ip("link", "set", "eth0", "up", prefix=inside)
        _ip("address", "replace", f"{network.node}/30", "dev", "eth0", prefix=inside)
        _ip("route", "replace", "default", "via", network.host, prefix=inside)
        _ip("route", "replace", network.range, "via", network.node, "dev", self.name)
        return True

    def _complete(self, process: Process) -> bool:
        network = self._network
        routes = _json("route", "show", "root", network.range)
        ours = {
            (route.get("type", "unicast"), route.get("dev")) for route in routes if _exact(route, network)
        }
        inside = ("nsenter", "--target", str(process.pid), "--net")
        defaults = _json("route", "show", "default", prefix=inside)
        return (
            {("blackhole", None), ("unicast", self.name)} <= ours
            and self._has(network.host, self._show("address", inside=None))
            and self._has(network.node, self._show("address", inside=process))
            and any(route.get("gateway") == network.host for route in defaults)
        )

    def _show(self, what: str, inside: Process | None) -> list[dict[str, Any]]:
        prefix = ("nsenter", "--target", str(inside.pid), "--net") if inside else ()
        return _json(what, "show", "dev", "eth0" if inside else self.name, prefix=prefix)

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
    done = subprocess.run(
        [*prefix, "ip", "-json", "-4", *arguments], capture_output=True, text=True, check=False
    )
    found: list[dict[str, Any]] = (
        json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else []
    )
    return found


def _ip(*arguments: str, prefix: tuple[str, ...] = ()) -> None:
    done = subprocess.run([*prefix, "ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NodeBroken(f"`ip {' '.join(arguments)}` failed: {done.stderr.strip()}")
