"""What is said, before anything is begun, on a machine that cannot hold a sandbox."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.network import Network
from sandbox.node.claim import Claim
from sandbox.preflight import GIB, Machine, problems
from toolkit.paths import Paths

NETWORK = Network("10.201.0.0/16")
GOOD = Machine(
    system="Linux",
    root=True,
    free=lambda folder: 100 * GIB,
    addresses=lambda: [_address("eth0", "192.0.2.2")],
    routes=lambda: [{"dst": "default", "dev": "eth0"}, {"dst": "192.0.2.0/24", "dev": "eth0"}],
    lacks=lambda state: "",
)


def _address(link: str, address: str) -> dict[str, Any]:
    return {"ifname": link, "addr_info": [{"family": "inet", "local": address}]}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(state=tmp_path / "state", cache=tmp_path / "cache")


def found(paths: Paths, machine: Machine, *, cached: bool = True) -> list[str]:
    claim = Claim(NETWORK.range, paths.state, root=paths.cache / "claims")
    return problems(paths, NETWORK, cached=cached, machine=machine, claim=claim)


def test_nothing_is_said_about_a_good_machine(paths: Paths) -> None:
    assert found(paths, GOOD, cached=False) == []


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (replace(GOOD, system="Darwin"), "needs Linux, and this is Darwin"),
        (replace(GOOD, root=False), "run this as root"),
        (replace(GOOD, lacks=lambda state: "/x: overlayfs does not mount"), "overlayfs does not mount"),
    ],
)
def test_a_machine_that_cannot_is_told_of_an_existing_cluster(
    paths: Paths, machine: Machine, words: str
) -> None:
    (sentence,) = found(paths, machine)
    assert words in sentence, "the reason comes first"
    assert "cluster.kubeconfig" in sentence, "and then the way out"


def test_without_root_nothing_else_is_looked_at(paths: Paths) -> None:
    def never(*arguments: object) -> Any:
        raise AssertionError("this needs root")

    machine = replace(GOOD, root=False, free=never, addresses=never, routes=never, lacks=never)
    assert len(found(paths, machine)) == 1


@pytest.mark.parametrize(("cached", "enough", "too_little"), [(False, 13, 11), (True, 6, 4)])
def test_a_full_disk_is_named_with_what_is_needed(
    paths: Paths, cached: bool, enough: int, too_little: int
) -> None:
    assert found(paths, replace(GOOD, free=lambda folder: enough * GIB), cached=cached) == []
    (sentence,) = found(paths, replace(GOOD, free=lambda folder: too_little * GIB), cached=cached)
    assert f"{too_little}.0 GiB left" in sentence, "one sentence, though both folders are on that disk"
    assert "TEKTON_BUILDS_CACHE" in sentence


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (replace(GOOD, addresses=lambda: [_address("docker0", "10.201.4.1")]), "10.201.4.1 on docker0"),
        (replace(GOOD, routes=lambda: [{"dst": "10.201.7.0/24", "dev": "tun0"}]), r"10.201.7.0/24 (tun0)"),
        (replace(GOOD, routes=lambda: [{"dst": "10.0.0.0/8", "dev": "vpn"}]), r"10.0.0.0/8 (vpn)"),
        (replace(GOOD, routes=lambda: [{"dst": "10.201.3.4", "dev": "vpn"}]), r"10.201.3.4/32 (vpn)"),
    ],
)
def test_a_busy_range_is_named_with_who_has_it(paths: Paths, machine: Machine, words: str) -> None:
    (sentence,) = found(paths, machine)
    assert words in sentence, "whoever has the range is named"
    assert "SANDBOX_NETWORK=" in sentence, "and how to choose another"


def test_what_the_sandbox_itself_has_in_its_range_is_no_problem(paths: Paths) -> None:
    machine = replace(
        GOOD,
        addresses=lambda: [_address("tekton-10-201", "10.201.0.1")],
        routes=lambda: [
            {"dst": "10.201.0.0/16", "dev": "tekton-10-201", "gateway": "10.201.0.2"},
            {"dst": "10.201.0.0/16", "type": "blackhole"},
            {"dst": "10.201.0.3", "dev": "tekton-10-201", "type": "broadcast"},
        ],
    )
    assert found(paths, machine) == [], "a second `make up` must pass"


def test_the_way_to_everywhere_is_not_a_way_to_the_range(paths: Paths) -> None:
    machine = replace(GOOD, routes=lambda: [{"dst": "0.0.0.0/0", "dev": "eth0"}])
    assert found(paths, machine) == []
