"""Steps as `pulumi preview --json` prints them, from what the program registers."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cli.costs.charge import Quantity
from cli.costs.plan import UNKNOWN, Stack, read
from tests.support.recorded import Recording
from tests.unit.components.cluster.tke.tke_program import deploy

Step = dict[str, Any]
Inputs = Mapping[str, Any]


def settings(**cluster: Any) -> dict[str, Any]:
    """Of a stack that makes a TKE cluster."""
    return {
        "cluster": {"kind": "tke", "apiCidrs": ["100.64.7.0/24"], **cluster},
        "registry": {"server": "registry.example.com", "namespace": "apps"},
        "registryUsername": "builder",
        "gitUsername": "reader",
        "repositories": [{"url": "https://git.example.com/team/shop.git", "images": [{"name": "shop"}]}],
    }


def cluster(**changed: Any) -> Recording:
    """What the program registers of a TKE cluster, asked by somebody without an account."""
    return deploy(settings(**changed), preview=True)


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::tekton-builds::tekton-builds:parent:P${kind}::{name}"


def states(recording: Recording) -> dict[str, Inputs]:
    """The inputs by URN, as the CLI prints them."""
    return {
        urn(each.type, each.name): json.loads(json.dumps(each.plain(), default=lambda _: UNKNOWN))
        for each in recording.resources
    }


def steps(after: Mapping[str, Inputs], before: Mapping[str, Inputs] | None = None) -> list[Step]:
    """A plan from one set of resources to another; None: from nothing."""
    before = before or {}
    found = []
    for each in [*before, *(each for each in after if each not in before)]:
        step: Step = {"urn": each, "op": "same"}
        if each in before:
            step["oldState"] = {"urn": each, "inputs": before[each], "outputs": before[each]}
        if each in after:
            step["newState"] = {"urn": each, "inputs": after[each], "outputs": after[each]}
        if each not in before:
            step["op"] = "create"
        elif each not in after:
            step["op"] = "delete"
        elif before[each] != after[each]:
            step["op"] = "update"
        found.append(step)
    return found


def planned(resources: Mapping[str, Inputs]) -> Stack:
    """A stack that would be made."""
    return read(steps(resources)).goal


def of_one(kind: str, inputs: Inputs) -> dict[tuple[str, str], Quantity]:
    """What one resource is billed for: the quantity by thing and unit."""
    charges: Iterable[Any] = planned({urn(kind, "it"): inputs}).charges.values()
    return {(charge.item, charge.unit): charge.quantity for charge in charges}
