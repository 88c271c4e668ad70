"""Charges that the operator of a cluster makes for its objects: load balancers and volumes.

TKE's own annotations say how a load balancer's network is billed.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from cli.costs.charge import BALANCER, GIB_HOUR, HOUR, Charge, Inputs, network

CHARGE = "service.kubernetes.io/qcloud-loadbalancer-internet-charge-type"
MBPS = "service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out"
INTERNAL = "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"
SETTING = "runs.volumeGib"
EXISTING = "service.kubernetes.io/tke-existed-lbid"


def _service(_name: str, inputs: Inputs) -> Iterator[Charge]:
    annotations = _part(_part(inputs, "metadata"), "annotations")
    if _part(inputs, "spec").get("type") != "LoadBalancer" or EXISTING in annotations:
        return
    owner = _reference("Service", inputs)
    if INTERNAL in annotations:
        yield Charge(item=f"private {BALANCER}", owner=owner, unit=HOUR, quantity=(1, 1))
        return
    mbps = float(annotations.get(MBPS) or 0)
    yield Charge(item=BALANCER, owner=owner, unit=HOUR, quantity=(1, 1))
    yield from network(BALANCER, owner, annotations.get(CHARGE), (mbps, mbps))


def _claim(_name: str, inputs: Inputs) -> Iterator[Charge]:
    yield from _volume(_part(inputs, "spec"), _reference("PersistentVolumeClaim", inputs), 1)


def _stateful_set(_name: str, inputs: Inputs) -> Iterator[Charge]:
    spec = _part(inputs, "spec")
    for claim in spec.get("volumeClaimTemplates") or ():
        count = float(spec.get("replicas", 1))
        yield from _volume(_part(claim, "spec"), _reference("StatefulSet", inputs), count)


def _trigger_template(_name: str, inputs: Inputs) -> Iterator[Charge]:
    """The volume that Tekton Triggers gives each run, for as long as it runs."""
    if not inputs.get("spec"):  # before Tekton is there
        yield from _volume({}, "builds", None)
    for run in _part(inputs, "spec").get("resourcetemplates") or ():
        for workspace in _part(run, "spec").get("workspaces") or ():
            if "volumeClaimTemplate" in workspace:
                yield from _volume(_part(workspace["volumeClaimTemplate"], "spec"), "builds", None)


def _volume(spec: Inputs, owner: str, count: float | None) -> Iterator[Charge]:
    """The charge for `count` volumes; None: one for each run while it runs."""
    label = f"volume {spec.get('storageClassName') or 'of the default class'}"
    size = str(_part(_part(spec, "resources"), "requests").get("storage", ""))
    number = re.fullmatch(r"(\d+)Gi", size)
    gib = float(number.group(1)) if number else None
    if count is None:
        amount = f"{gib:g}" if gib else size or SETTING
        yield Charge(item=label, owner=owner, unit=GIB_HOUR, quantity=f"{amount} a run, while it runs")
    elif gib is None:
        yield Charge(item=label, owner=owner, unit=GIB_HOUR, quantity=size)
    else:
        yield Charge(item=label, owner=owner, unit=GIB_HOUR, quantity=(gib * count, gib * count))


def _part(inputs: Inputs, key: str) -> Inputs:
    """Empty where it is not there, or not known yet."""
    return inputs.get(key) or {}


def _reference(kind: str, inputs: Inputs) -> str:
    return f"{kind} {_part(inputs, 'metadata').get('name', '')}"


RULES: Mapping[str, Callable[[str, Inputs], Iterator[Charge]]] = {
    "kubernetes:apps/v1:StatefulSet": _stateful_set,
    "kubernetes:core/v1:PersistentVolumeClaim": _claim,
    "kubernetes:core/v1:Service": _service,
    "kubernetes:triggers.tekton.dev/v1beta1:TriggerTemplate": _trigger_template,
}
