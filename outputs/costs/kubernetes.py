"""What a cluster's objects are billed for, by whoever runs the cluster: load balancers and volumes.

TKE's own annotations say how a load balancer's network is billed.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from outputs.costs.charge import BALANCER, GIB_HOUR, HOUR, Charge, Inputs, network

CHARGE = "service.kubernetes.io/qcloud-loadbalancer-internet-charge-type"
MBPS = "service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out"
INTERNAL = "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"
EXISTING = "service.kubernetes.io/tke-existed-lbid"


def _service(_name: str, inputs: Inputs) -> Iterator[Charge]:
    annotations = inputs.get("metadata", {}).get("annotations") or {}
    if inputs.get("spec", {}).get("type") != "LoadBalancer" or EXISTING in annotations:
        return
    of = f"Service {inputs['metadata'].get('name', '')}"
    if INTERNAL in annotations:
        yield Charge(what=f"private {BALANCER}", of=of, unit=HOUR, quantity=(1, 1))
        return
    mbps = float(annotations.get(MBPS) or 0)
    yield Charge(what=BALANCER, of=of, unit=HOUR, quantity=(1, 1))
    yield from network(BALANCER, of, annotations.get(CHARGE), (mbps, mbps))


def _claim(_name: str, inputs: Inputs) -> Iterator[Charge]:
    name = inputs.get("metadata", {}).get("name", "")
    yield from _volume(inputs.get("spec", {}), f"PersistentVolumeClaim {name}", 1)


def _stateful_set(_name: str, inputs: Inputs) -> Iterator[Charge]:
    spec = inputs.get("spec", {})
    of = f"StatefulSet {inputs.get('metadata', {}).get('name', '')}"
    for claim in spec.get("volumeClaimTemplates") or ():
        yield from _volume(claim.get("spec", {}), of, float(spec.get("replicas", 1)))


def _trigger_template(_name: str, inputs: Inputs) -> Iterator[Charge]:
    """Of Tekton Triggers: the volume that each run gets, for as long as it runs."""
    spec = inputs.get("spec")
    for run in spec.get("resourcetemplates", ()) if isinstance(spec, dict) else ():
        for workspace in run["spec"].get("workspaces", ()):
            if "volumeClaimTemplate" in workspace:
                yield from _volume(workspace["volumeClaimTemplate"]["spec"], "builds", None)


def _volume(spec: Inputs, of: str, count: float | None) -> Iterator[Charge]:
    """So many volumes; None: one for each run while it runs."""
    what = f"volume {spec.get('storageClassName') or 'of the default class'}"
    size = str(spec.get("resources", {}).get("requests", {}).get("storage", ""))
    number = re.fullmatch(r"(\d+)Gi", size)
    gib = float(number.group(1)) if number else None
    if count is None:
        yield Charge(what=what, of=of, unit=GIB_HOUR, quantity=f"{size} a run, while it runs")
    elif gib is None:
        yield Charge(what=what, of=of, unit=GIB_HOUR, quantity=size)
    else:
        yield Charge(what=what, of=of, unit=GIB_HOUR, quantity=(gib * count, gib * count))


RULES: Mapping[str, Callable[[str, Inputs], Iterator[Charge]]] = {
    "kubernetes:apps/v1:StatefulSet": _stateful_set,
    "kubernetes:core/v1:PersistentVolumeClaim": _claim,
    "kubernetes:core/v1:Service": _service,
    "kubernetes:triggers.tekton.dev/v1beta1:TriggerTemplate": _trigger_template,
}
