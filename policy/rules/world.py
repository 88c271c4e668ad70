"""How much of the internet a list of networks is."""

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
    """Whether these are the internet rather than somebody's addresses: one network is wider than any owner's,
    or all together are more than WIDEST_IN_ALL of that. Private addresses count for nothing.
    """
    everything = list(networks)
    for version, prefix in WIDEST.items():
        # Any: the types of ipaddress know lists of one version only.
        mine: list[Any] = [each for each in everything if each.version == version]
        widest = 2 ** (MAX_PREFIX[version] - prefix)
        if any(public_addresses(each) > widest for each in mine):
            return True
        if sum(map(public_addresses, ipaddress.collapse_addresses(mine))) > WIDEST_IN_ALL * widest:
            return True
    return False


def without(wide: Any, drops: Sequence[Any]) -> Iterator[Network]:
    """What is left of a network when those in `drops` are taken out."""
    for each in drops:
        if each.version == wide.version and each.overlaps(wide):
            if not wide.subnet_of(each):
                for part in wide.address_exclude(each):
                    yield from without(part, drops)
            return
    yield wide


def public_addresses(wide: Network) -> int:
    """How many public addresses it has."""

    def shared(cidrs: Iterable[str]) -> int:
        # Of two networks that overlap, one is inside the other.
        others = [other for other in map(ipaddress.ip_network, cidrs) if other.overlaps(wide)]
        return sum(min(other.num_addresses, wide.num_addresses) for other in others)

    return shared(PUBLIC[wide.version]) - shared(NOT_PUBLIC[wide.version])
