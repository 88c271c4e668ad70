"""What the provider checks of a resource's inputs before it asks the cloud, as its source declares it.

Of a field's `ValidateFunc` (facts/schemas.json) those are known that say what is allowed; the rest passes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from plugins.tencentcloud.kind import Failure
from plugins.tencentcloud.schema import MANY, Field
from plugins.values import has_unknown

DEFAULTS = "__defaults"  # among the inputs of a block: those that the program has not set

IN_RANGE = re.compile(r"Validate(Integer|StringLength)InRange\((\d+), (\d+)\)")
ONE_OF = re.compile(r"ValidateAllowedStringValue(IgnoreCase)?\((.+)\)")
LITERAL = re.compile(r'"([^"]*)"')

DISKS = (
    "CLOUD_BASIC",
    "CLOUD_BSSD",
    "CLOUD_HSSD",
    "CLOUD_PREMIUM",
    "CLOUD_SSD",
    "CLOUD_TSSD",
    "LOCAL_BASIC",
    "LOCAL_NVME",
    "LOCAL_SSD",
)
# Lists that the source names, by their name there: services/tke/extension_tke.go:49 to 107 and
# services/as/extension_as.go:4 to 56 and 175.
LISTS = {
    "TKE_DEPLOY_TYPES": ("MANAGED_CLUSTER", "INDEPENDENT_CLUSTER"),
    "TKE_CLUSTER_OS_TYPES": ("GENERAL",),
    "TKE_RUNTIMES": ("docker", "containerd"),
    "TKE_CLUSTER_NETWORK_TYPE": ("GR", "VPC-CNI", "CiliumOverlay"),
    "TKE_CLUSTER_NODE_NAME_TYPE": ("lan-ip", "hostname"),
    "svcas.SYSTEM_DISK_ALLOW_TYPE": DISKS,
    "svcas.INTERNET_CHARGE_ALLOW_TYPE": (
        "BANDWIDTH_PACKAGE",
        "BANDWIDTH_POSTPAID_BY_HOUR",
        "BANDWIDTH_PREPAID",
        "TRAFFIC_POSTPAID_BY_HOUR",
    ),
    "[]string{svcas.MultiZoneSubnetPolicyPriority, svcas.MultiZoneSubnetPolicyEquality}": (
        "EQUALITY",
        "PRIORITY",
    ),
    "[]string{svcas.SCALING_GROUP_RETRY_POLICY_IMMEDIATE_RETRY, "
    "svcas.SCALING_GROUP_RETRY_POLICY_INCREMENTAL_INTERVALS, "
    "svcas.SCALING_GROUP_RETRY_POLICY_NO_RETRY}": (
        "IMMEDIATE_RETRY",
        "INCREMENTAL_INTERVALS",
        "NO_RETRY",
    ),
}


def failures(
    fields: Mapping[str, Field],
    inputs: Mapping[str, Any],
    block: str = "",
    path: str = "",
) -> Iterator[Failure]:
    """What is wrong with a block of inputs, by path."""
    for name, field in fields.items():
        key = name.removeprefix(block)
        if name.startswith(block) and "." not in key and field.required and key not in inputs:
            yield f"{path}{key}", "Missing required argument"
    for key, value in inputs.items():
        field_or_none = fields.get(f"{block}{key}")
        if key == DEFAULTS:
            continue
        if field_or_none is None:
            yield f"{path}{key}", "Invalid or unknown key"
        elif isinstance(value, list) and field_or_none.type in MANY:
            for index, entry in enumerate(value):
                yield from _of_value(fields, field_or_none, f"{block}{key}", f"{path}{key}[{index}]", entry)
        else:
            yield from _of_value(fields, field_or_none, f"{block}{key}", f"{path}{key}", value)


def _of_value(
    fields: Mapping[str, Field], field: Field, name: str, path: str, value: Any
) -> Iterator[Failure]:
    if isinstance(value, Mapping) and field.type in MANY:
        yield from failures(fields, value, f"{name}.", f"{path}.")
    elif not has_unknown(value) and (wrong := _wrong(field.check, value)):
        yield path, wrong


def _wrong(check: str, value: Any) -> str:
    """Why a value is not allowed. Empty: it is."""
    if found := IN_RANGE.search(check):
        least, most = int(found.group(2)), int(found.group(3))
        number = len(str(value)) if found.group(1) == "StringLength" else int(value)
        what = "length" if found.group(1) == "StringLength" else "value"
        return "" if least <= number <= most else f"must have a {what} from {least} to {most}, got {number}"
    if found := ONE_OF.search(check):
        allowed = LISTS.get(found.group(2), tuple(LITERAL.findall(found.group(2))))
        same = str(value).upper() in allowed if found.group(1) else value in allowed
        return "" if same or not allowed else f"must be one of {', '.join(allowed)}, got {value}"
    return ""
