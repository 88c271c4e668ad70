"""A node, its pods and a place outside as network namespaces of this process, which end when it ends."""

from __future__ import annotations

import ctypes
import errno
import os
import select
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000
GATEWAY = "10.244.0.1"
SERVICE = "10.96.0.10"
HAIRPIN = "10.96.0.11"
OUTSIDE = ("192.0.2.10", "192.0.2.99")
LINK_LOCAL = "fe80::1"  # the node's, on every pod's interface
PATIENCE_SECONDS = 10  # for what must get through
GRACE_SECONDS = 0.3  # for what must not, once all else is through
_libc = ctypes.CDLL(None, use_errno=True)


def _check(status: int) -> None:
    if status:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextmanager
def network_namespace(namespace: int) -> Iterator[None]:
    """Sockets and processes made here belong to the namespace, a file descriptor."""
    with open("/proc/thread-self/ns/net", "rb") as original:
        _check(_libc.setns(namespace, CLONE_NEWNET))
        try:
            yield
        finally:
            _check(_libc.setns(original.fileno(), CLONE_NEWNET))


def _new_namespace() -> int:
    with open("/proc/thread-self/ns/net", "rb") as original:
        _check(_libc.unshare(CLONE_NEWNET))
        try:
            namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        finally:
            _check(_libc.setns(original.fileno(), CLONE_NEWNET))
    with network_namespace(namespace):
        _run("ip link set lo up")
        Path("/proc/sys/net/ipv6/conf/default/accept_dad").write_text("0")
    return namespace


def _run(command: str, stdin: str = "") -> None:
    result = subprocess.run(command.split(), input=stdin, text=True, capture_output=True, check=False)
    assert result.returncode == 0, f"`{command}` failed: {result.stderr}\n{stdin}"


class PodNetwork:
    """Network of `ptp`'s shape: a veth pair and a route per pod.

    Attempts are written `source > target tcp/80`.
    """

    def __init__(self, pods: dict[str, str]) -> None:
        """`pods`: address by name."""
        self.addresses = {
            **pods,
            "node": GATEWAY,
            "service": SERVICE,
            "hairpin": HAIRPIN,
            **dict(zip(("outside", "elsewhere"), OUTSIDE, strict=True)),
        }
        self.namespaces = {name: _new_namespace() for name in ("node", "outside", *pods)}
        self._servers: dict[tuple[str, str, int], socket.socket] = {}
        with network_namespace(self.namespaces["node"]):
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
            for number, (name, address) in enumerate(pods.items()):
                self._join(f"veth{number}", name, GATEWAY, address)
                _run(f"ip address add {LINK_LOCAL}/64 dev veth{number} nodad")
            self._join("uplink", "outside", "192.0.2.1", OUTSIDE[0])
            _run(f"ip route add {OUTSIDE[1]} dev uplink")
        with network_namespace(self.namespaces["outside"]):
            _run(f"ip address add {OUTSIDE[1]}/32 dev eth0")

    def _join(self, interface: str, name: str, gateway: str, address: str) -> None:
        namespace = self.namespaces[name]
        _run(f"ip link add {interface} type veth peer name eth0 netns /proc/{os.getpid()}/fd/{namespace}")
        _run(f"ip address add {gateway}/32 dev {interface}")
        _run(f"ip link set {interface} up")
        _run(f"ip route add {address} dev {interface}")
        with network_namespace(namespace):
            _run(f"ip address add {address}/32 dev eth0")
            _run("ip link set eth0 up")
            _run(f"ip route add {gateway} dev eth0")
            _run(f"ip route add default via {gateway}")

    def close(self) -> None:
        for server in self._servers.values():
            server.close()
        for namespace in self.namespaces.values():
            os.close(namespace)

    def nft(self, ruleset: str) -> None:
        """Load the rules on the node."""
        with network_namespace(self.namespaces["node"]):
            _run("nft -f -", ruleset)

    def tables(self) -> str:
        with network_namespace(self.namespaces["node"]):
            return subprocess.run(
                ["nft", "list", "tables"], capture_output=True, text=True, check=True
            ).stdout

    def serve(self, target: str, protocol: str, port: int, family: int = socket.AF_INET) -> socket.socket:
        """The target's server, which never blocks."""
        key = (target, f"{protocol}{family}", port)
        if key not in self._servers:
            kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
            with network_namespace(self.namespaces[target]):
                server = socket.socket(family, kind)
                server.bind(("", port))
            server.setblocking(False)
            if protocol == "tcp":
                server.listen(1000)  # the kernel answers; nobody has to accept
            self._servers[key] = server
        return self._servers[key]

    def reached(self, attempts: Iterable[str], expected: set[str]) -> set[str]:
        """The attempts that came through; waits for those expected, and a moment for all others."""
        clients: dict[socket.socket, str] = {}
        servers: set[socket.socket] = set()
        try:
            for attempt in attempts:
                client, server = self._start(attempt)
                clients[client] = attempt
                servers |= {server} if server else set()
            return self._wait(clients, servers, expected)
        finally:
            for client in clients:
                client.close()

    def _start(self, attempt: str) -> tuple[socket.socket, socket.socket | None]:
        source, _, target, target_port = attempt.split()
        protocol, port = target_port.split("/")
        place, number = {
            "service": ("server", 8080),
            "hairpin": ("builder", 80),
            "elsewhere": ("outside", int(port)),
        }.get(target, (target, int(port)))
        server = self.serve(place, protocol, number)
        with network_namespace(self.namespaces[source]):
            client = socket.socket(
                socket.AF_INET, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
            )
        client.setblocking(False)
        status = client.connect_ex((self.addresses[target], int(port)))
        assert status in {0, errno.EINPROGRESS}, f"{attempt}: {os.strerror(status)}"
        if protocol == "tcp":
            return client, None
        client.send(attempt.encode())
        return client, server

    def _wait(
        self, clients: dict[socket.socket, str], servers: set[socket.socket], expected: set[str]
    ) -> set[str]:
        through: set[str] = set()
        waiting = {client for client in clients if client.type == socket.SOCK_STREAM}
        deadline, patient = time.monotonic() + PATIENCE_SECONDS, True
        while (seconds := deadline - time.monotonic()) > 0:
            if patient and expected <= through:
                deadline, patient = time.monotonic() + GRACE_SECONDS, False
                continue
            readable, writable, _ = select.select(servers, waiting, [], seconds)
            for server in readable:
                through.add(server.recv(1000).decode())
            for client in writable:
                status = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                assert status == 0, f"{clients[client]}: {os.strerror(status)}, thus no policy's doing"
                through.add(clients[client])
                waiting.discard(client)
        return through & set(clients.values())
