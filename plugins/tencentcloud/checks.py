"""Checks of a resource's inputs that the provider makes before it asks the cloud, from its source.

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
    """Failures in a block of inputs: path and reason."""
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
    elif not has_unknown(value) and (violation := _violation(field.check, value)):
        yield path, violation


def _violation(check: str, value: Any) -> str:
    """Reason why a value is not allowed; empty when it is."""
    if match := IN_RANGE.search(check):
        minimum, maximum = int(match.group(2)), int(match.group(3))
        number = len(str(value)) if match.group(1) == "StringLength" else int(value)
        measure = "length" if match.group(1) == "StringLength" else "value"
        return (
            ""
            if minimum <= number <= maximum
            else f"must have a {measure} from {minimum} to {maximum}, got {number}"
        )
    if match := ONE_OF.search(check):
        values = LISTS.get(match.group(2), tuple(LITERAL.findall(match.group(2))))
        is_allowed = str(value).upper() in values if match.group(1) else value in values
        return "" if is_allowed or not values else f"must be one of {', '.join(values)}, got {value}"
    return ""
