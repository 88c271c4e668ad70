"""The share of the internet in a list of networks."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# The widest network that still has an owner: no organisation's IPv4 block is wider than a /8, and IPv6 blocks
# wider than a /16 are the regional registries', who hand them to everybody.
WIDEST = {4: 8, 6: 16}
MAX_PREFIX = {4: 32, 6: 128}
# So many of the widest, in whatever pieces, are more than one list of people's and runners' addresses.
# For IPv4 that are 67 million addresses, 2 % of the internet; all of GitHub's runners are less than half.
WIDEST_IN_ALL = 4
PUBLIC = {4: ["0.0.0.0/0"], 6: ["2000::/3"]}
NOT_PUBLIC = {
    4: [
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"),
    ],
    6: ["2001:db8::/32"],
}


def network(cidr: object) -> Network | None:
    """The network that a rule's source is; None for a security group, a template or what is not known.

    As the cloud reads it: bits behind the prefix do not count, and an address alone is one address.
    """
    try:
        return ipaddress.ip_network(str(cidr).strip(), strict=False) if isinstance(cidr, str) else None
    except ValueError:
        return None


def is_world(networks: Iterable[Network]) -> bool:
    """True when these are the internet rather than somebody's addresses; private addresses count for nothing.

    One network is wider than any owner's, or all together are more than WIDEST_IN_ALL of that.
    """
    candidates = list(networks)
    for version, prefix in WIDEST.items():
        # Any: the types of ipaddress know lists of one version only.
        same_version: list[Any] = [candidate for candidate in candidates if candidate.version == version]
        widest = 2 ** (MAX_PREFIX[version] - prefix)
        if any(public_addresses(candidate) > widest for candidate in same_version):
            return True
        if sum(map(public_addresses, ipaddress.collapse_addresses(same_version))) > WIDEST_IN_ALL * widest:
            return True
    return False


def without(wide: Any, drops: Sequence[Any]) -> Iterator[Network]:
    """Parts of a network without those in `drops`."""
    for drop in drops:
        if drop.version == wide.version and drop.overlaps(wide):
            if not wide.subnet_of(drop):
                for part in wide.address_exclude(drop):
                    yield from without(part, drops)
            return
    yield wide


def public_addresses(wide: Network) -> int:
    """Number of its public addresses."""

    def common_addresses(cidrs: Iterable[str]) -> int:
        # Of two networks that overlap, one is inside the other.
        blocks = [block for block in map(ipaddress.ip_network, cidrs) if block.overlaps(wide)]
        return sum(min(block.num_addresses, wide.num_addresses) for block in blocks)

    return common_addresses(PUBLIC[wide.version]) - common_addresses(NOT_PUBLIC[wide.version])
