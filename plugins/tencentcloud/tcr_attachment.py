"""The way from a VPC to a registry: an address of a subnet, and whether the registry's domain leads to it."""

import ipaddress

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudError
from plugins.tencentcloud.kind import Failure, Inputs, Kind, Outputs, stored_inputs

ACTION = "tcr:ManageInternalEndpoint"
DOMAINS = ("enablePublicDomainDns", "enableVpcDomainDns")


def _key(identity: str) -> str:
    return f"attachment-{identity}"


def _check(inputs: Inputs) -> list[Failure]:
    is_conflict = "regionId" in inputs and "regionName" in inputs
    return [("regionId", '"region_id": conflicts with region_name')] if is_conflict else []


def _create(account: Account, inputs: Inputs) -> str:
    registry, vpc, subnet = (inputs[key] for key in ("instanceId", "vpcId", "subnetId"))
    account.need(registry, ACTION, "ResourceNotFound")
    if account.need(subnet, ACTION, "ResourceNotFound")["vpcId"] != vpc:
        raise CloudError(ACTION, "InvalidParameter", f"{subnet} is not in {vpc}")
    identity = f"{registry}#{vpc}#{subnet}"
    if account.get(_key(identity)) is not None:
        raise CloudError(ACTION, "InternalError.ErrorConflict", f"{identity} is there already")
    account.put(_key(identity), {**inputs, "registryId": registry})
    account.call(ACTION)
    return identity


def _update(account: Account, identity: str, _old: Inputs, new: Inputs) -> None:
    account.put(_key(identity), {**(account.get(_key(identity)) or {}), **new})


def _delete(account: Account, identity: str, _inputs: Inputs) -> None:
    account.remove(_key(identity))


def _read(account: Account, _identity: str, inputs: Inputs) -> Outputs:
    """The provider waits for the address only where it has to enter it for a domain."""
    subnet = account.get(inputs.get("subnetId", "")) or {}
    has_address = subnet and any(inputs.get(domain) for domain in DOMAINS)
    address = str(ipaddress.IPv4Network(subnet["cidrBlock"])[9]) if has_address else ""
    return {"accessIp": address, "status": "Running"}


REGISTRY_ATTACHMENT = Kind(
    token="tencentcloud:Tcr/vpcAttachment:VpcAttachment",
    check=_check,
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    # resource_tc_tcr_vpc_attachment.go, resourceTencentCloudTcrVpcAttachmentRead
    cloud_inputs=stored_inputs("instanceId", "vpcId", "subnetId", *DOMAINS, key=_key),
    computed=("accessIp", "status"),
    key=_key,
)
