"""The sandbox's addresses: one private /16, cut into link, load balancer, service and pod ranges."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_RANGE = "10.201.0.0/16"
SSH_PORT = 2222  # of the forge


@dataclass(frozen=True)
class Network:
    """One /16 that nothing else on this machine uses; `SANDBOX_NETWORK` chooses another.

    Raises ValueError, naming the value, when the range is no private IPv4 /16.
    """

    range: str = field(default_factory=lambda: os.environ.get("SANDBOX_NETWORK", DEFAULT_RANGE))

    def __post_init__(self) -> None:
        try:
            network = ipaddress.IPv4Network(self.range)
        except ValueError as error:
            raise ValueError(
                f"SANDBOX_NETWORK is {self.range!r}: {error}; give a private /16 such as {DEFAULT_RANGE}"
            ) from None
        if network.prefixlen != 16 or not network.is_private:
            raise ValueError(f"SANDBOX_NETWORK is {self.range!r}: give a private /16 such as {DEFAULT_RANGE}")

    def _part(self, suffix: str) -> str:
        first, second = self.range.split(".")[:2]
        return f"{first}.{second}.{suffix}"

    def without_proxy(self, environment: Mapping[str, str]) -> dict[str, str]:
        """NO_PROXY in both spellings, the user's completed: no proxy reaches the sandbox's addresses."""
        users = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
        entries = dict.fromkeys([*users.split(","), self.range, self.node])
        value = ",".join(entry for entry in entries if entry.strip())
        return {"NO_PROXY": value, "no_proxy": value}

    @property
    def host(self) -> str:
        """The machine's end of the link to the node."""
        return self._part("0.1")

    @property
    def node(self) -> str:
        """The node's end of the link: API server, registry, forge and releases answer here."""
        return self._part("0.2")

    @property
    def link(self) -> str:
        """The veth pair's range."""
        return self._part("0.0/30")

    @property
    def load_balancers(self) -> str:
        """Addresses given to Services of type LoadBalancer."""
        return self._part("1.0/24")

    @property
    def services(self) -> str:
        """ClusterIP addresses."""
        return self._part("16.0/20")

    @property
    def dns(self) -> str:
        """CoreDNS's ClusterIP, the tenth of the range, as kubeadm chooses it."""
        return self._part("16.10")

    @property
    def pods(self) -> str:
        """Pod addresses."""
        return self._part("128.0/17")

    @property
    def api_server(self) -> str:
        """URL of the API server."""
        return f"https://{self.node}:6443"

    @property
    def registry(self) -> str:
        """HOST:PORT of the registry, plain HTTP, with a password."""
        return f"{self.node}:5000"

    @property
    def forge(self) -> str:
        """URL of Gitea."""
        return f"http://{self.node}:3000"

    @property
    def egress(self) -> list[dict[str, object]]:
        """`builder.egress` of a stack here: the forge by SSH and HTTP, and the registry."""
        return [{"cidr": f"{self.node}/32", "ports": [SSH_PORT, 3000, 5000]}]

    @property
    def releases(self) -> str:
        """URL under which the release manifests lie in their official path shape."""
        return f"http://{self.node}:8080"
