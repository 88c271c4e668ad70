"""The billed resources of a stack as a plan has them: at present, and after `pulumi up`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cli.costs import kubernetes, tencentcloud
from cli.costs.charge import Charge, Inputs, Quantity

PROVIDER = "pulumi:providers:tencentcloud"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # what the CLI prints for a value that only `up` will know
RULES = {**kubernetes.RULES, **tencentcloud.RULES}
Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack at one moment."""

    charges: Mapping[Key, Charge]
    """Charges by key; equal ones are added up."""
    region: str
    """Empty where nothing is in Tencent Cloud."""
    unknown: frozenset[str]
    """Types of Tencent Cloud of which it is not known here whether they are billed."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A charge that comes, goes or gets another quantity."""

    current: Charge | None
    goal: Charge | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A stack as the state has it, and as `pulumi up` would leave it."""

    current: Stack
    """The stack in the state; it has no charges when nothing is deployed."""
    goal: Stack
    overlap: Sequence[str]
    """Names of what is billed and replaced, where the new one is there before the old one goes."""

    def changes(self) -> list[Change]:
        """Differences that `pulumi up` would make to the charges; empty when none."""
        current, goal = self.current.charges, self.goal.charges
        pairs = [Change(current=current.get(key), goal=goal.get(key)) for key in {**current, **goal}]
        return [pair for pair in pairs if pair.current != pair.goal]


def read(steps: Sequence[Mapping[str, Any]]) -> Plan:
    """The plan whose steps `pulumi preview --json` prints."""
    current, goal = dict[str, Mapping[str, Any]](), dict[str, Mapping[str, Any]]()
    deletions, overlap = set[str](), list[str]()
    for step in steps:
        urn, operation = step["urn"], step["op"]
        if state := step.get("oldState"):
            current[urn] = state
        if (state := step.get("newState")) and not operation.startswith("delete"):
            # An update's has no outputs: of these the level is the cloud's, where it raises it by itself.
            stays = _kind(urn) == tencentcloud.CLUSTER and state["inputs"].get("autoUpgradeClusterLevel")
            goal[urn] = {"outputs": current.get(urn, {}).get("outputs"), **state} if stays else state
        if operation == "delete-replaced":
            deletions.add(urn)
        elif operation == "create-replacement" and urn not in deletions and _charges(urn, goal[urn]):
            overlap.append(_name(urn))
    return Plan(current=_stack(current), goal=_stack(goal), overlap=sorted(overlap))


def _stack(states: Mapping[str, Mapping[str, Any]]) -> Stack:
    charges, unknown, region = dict[Key, Charge](), set[str](), ""
    for urn, state in states.items():
        kind = _kind(urn)
        if kind == PROVIDER:
            region = _inputs(kind, state).get("region", "")
        for charge in _charges(urn, state):
            key = (charge.item, charge.owner, charge.unit)
            charges[key] = _sum(charges[key], charge) if key in charges else charge
        if kind.startswith("tencentcloud:") and kind not in {*RULES, *tencentcloud.WITHOUT_CHARGE}:
            unknown.add(kind)
    return Stack(charges=charges, region=region, unknown=frozenset(unknown))


def _charges(urn: str, state: Mapping[str, Any]) -> list[Charge]:
    rule = RULES.get(_kind(urn))
    return list(rule(_name(urn), _inputs(_kind(urn), state))) if rule else []


def _kind(urn: str) -> str:
    """The type's own token, without the parents'."""
    return urn.split("::")[2].rpartition("$")[2]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _inputs(kind: str, state: Mapping[str, Any]) -> Inputs:
    """Inputs, "" for values that only `up` will know. A cluster's level is the one that the cloud has set."""
    inputs = dict(_without_unknowns(state.get("inputs") or {}))
    if kind == tencentcloud.CLUSTER:
        outputs = _without_unknowns(state.get("outputs") or {})
        inputs["clusterLevel"] = outputs.get("clusterLevel") or inputs.get("clusterLevel", "")
    return inputs


def _without_unknowns(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_unknowns(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_unknowns(part) for part in value]
    return "" if value == UNKNOWN else value


def _sum(first: Charge, second: Charge) -> Charge:
    """The sum of two charges for one thing: numbers are added, words that differ are listed."""
    quantity: Quantity
    if isinstance(first.quantity, tuple) and isinstance(second.quantity, tuple):
        quantity = (first.quantity[0] + second.quantity[0], first.quantity[1] + second.quantity[1])
    else:
        words = [*str(first.quantity).split("; "), str(second.quantity)]
        quantity = "; ".join(dict.fromkeys(words))
    return replace(first, quantity=quantity)
