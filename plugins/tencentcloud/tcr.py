"""A registry of TCR, with its namespaces and service accounts. It runs at once."""

import re
import secrets

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudError, RefusedError
from plugins.tencentcloud.kind import Failure, Inputs, Kind, Outputs, stored_inputs

EDITIONS = ("basic", "standard", "premium")
NAMESPACE = re.compile(r"(?=.{2,30}$)[a-z0-9]+([._-][a-z0-9]+)*")
PREPAID = 2
ACTIONS = {
    "tcr:CreateHelmChart",
    "tcr:CreateRepository",
    "tcr:DescribeHelmCharts",
    "tcr:PullRepository",
    "tcr:PushRepository",
}


def _namespace(identity: str) -> str:
    return f"namespace-{identity}"


def _account(identity: str) -> str:
    return f"account-{identity}"


def _check_registry(inputs: Inputs) -> list[Failure]:
    ranges = {
        "registryChargeType": range(1, 3),
        "instanceChargeTypePrepaidRenewFlag": range(1, 4),
    }
    return [
        (key, f"expected {key} to be in the range ({limits.start} - {limits.stop - 1})")
        for key, limits in ranges.items()
        if key in inputs and inputs[key] not in limits
    ]


def _create_registry(account: Account, inputs: Inputs) -> str:
    action = "tcr:CreateInstance"
    if inputs.get("securityPolicies") and not inputs.get("openPublicOperation"):
        raise RefusedError("`open_public_operation` must be `true` if `security_policy` set")
    prepaid = ("instanceChargeTypePrepaidPeriod", "instanceChargeTypePrepaidRenewFlag")
    if inputs["registryChargeType"] == PREPAID and not all(inputs.get(key) for key in prepaid):
        raise RefusedError(
            "Must set instance_charge_type_prepaid_period and instance_charge_type_prepaid_renew_flag when "
            "registry_charge_type is postpaid"
        )
    if inputs["instanceType"] not in EDITIONS:
        raise CloudError(action, "InvalidParameter", f"RegistryType is one of {', '.join(EDITIONS)}")
    if account.all("tcr", name=inputs["name"]):
        raise CloudError(action, "InvalidParameter.ErrorNameExists", "there is a registry of this name")
    registry = account.add("tcr", inputs)
    account.put(f"bucket-{registry}", {"registryId": registry})
    account.call(action)
    return registry


def _update_registry(account: Account, registry: str, old: Inputs, new: Inputs) -> None:
    policies = [inputs.get("securityPolicies") or [] for inputs in (old, new)]
    if policies[0] != policies[1] and not new.get("openPublicOperation"):
        raise RefusedError("unexpected external endpoint status: `Closed`")
    account.put(registry, new)


def _delete_registry(account: Account, registry: str, inputs: Inputs) -> None:
    account.need(registry, "tcr:DeleteInstance", "ResourceNotFound")
    for prefix in ("namespace", "account", "attachment"):
        for identity in account.all(prefix, registryId=registry):
            account.remove(identity)
    if inputs.get("deleteBucket"):
        account.remove(f"bucket-{registry}")
    account.remove(registry)


def _read_registry(_account: Account, _registry: str, inputs: Inputs) -> Outputs:
    domain = f"{inputs['name']}.tencentcloudcr.com"
    status = "Opened" if inputs.get("openPublicOperation") else "Closed"
    return {"publicDomain": domain, "publicStatus": status, "status": "Running"}


def _create_namespace(account: Account, inputs: Inputs) -> str:
    action, registry = "tcr:CreateNamespace", inputs["instanceId"]
    account.need(registry, action, "ResourceNotFound")
    if not NAMESPACE.fullmatch(inputs["name"]):
        raise CloudError(action, "InvalidParameter", f"{inputs['name']} is no name of a namespace")
    identity = f"{registry}#{inputs['name']}"
    if account.get(_namespace(identity)) is not None:
        raise CloudError(action, "FailedOperation.ErrorTcrResourceConflict", f"{identity} is there already")
    account.put(_namespace(identity), {**inputs, "registryId": registry, "images": 0})
    account.call(action)
    return identity


def _update_namespace(account: Account, namespace: str, _old: Inputs, new: Inputs) -> None:
    key = _namespace(namespace)
    account.put(key, {**(account.get(key) or {}), **new})


def _delete_namespace(account: Account, namespace: str, _inputs: Inputs) -> None:
    key = _namespace(namespace)
    if (account.get(key) or {}).get("images"):
        raise CloudError(
            "tcr:DeleteNamespace", "FailedOperation.PreconditionFailed", f"{namespace} has images"
        )
    account.remove(key)


def _create_account(account: Account, inputs: Inputs) -> str:
    action, registry = "tcr:CreateServiceAccount", inputs["registryId"]
    account.need(registry, action, "InvalidParameter")
    for permission in inputs["permissions"]:
        namespace = _namespace(f"{registry}#{permission['resource']}")
        account.need(namespace, action, "InvalidParameter")
        if wrong := set(permission["actions"]) - ACTIONS:
            raise CloudError(action, "InvalidParameter", f"no such actions: {', '.join(sorted(wrong))}")
    identity = f"{registry}#{inputs['name']}"
    if account.get(_account(identity)) is not None:
        raise CloudError(action, "FailedOperation", f"tcr${inputs['name']} is there already")
    properties = {**inputs, "password": inputs.get("password", secrets.token_hex(16))}
    account.put(_account(identity), properties)
    account.call(action)
    return identity


def _update_account(account: Account, identity: str, _old: Inputs, new: Inputs) -> None:
    key = _account(identity)
    account.put(key, {**(account.get(key) or {}), **new})


def _delete_account(account: Account, identity: str, _inputs: Inputs) -> None:
    account.need(identity.partition("#")[0], "tcr:DeleteServiceAccount", "InvalidParameter")
    account.remove(_account(identity))


def _read_account(account: Account, identity: str, _inputs: Inputs) -> Outputs:
    """The cloud tells the password once, and the state has it then; so the model tells it each time."""
    properties = account.get(_account(identity)) or {}
    return {"password": properties.get("password", "")}


REGISTRY = Kind(
    token="tencentcloud:Tcr/instance:Instance",
    check=_check_registry,
    create=_create_registry,
    update=_update_registry,
    delete=_delete_registry,
    read=_read_registry,
    # resource_tc_tcr_instance.go, resourceTencentCloudTcrInstanceRead
    cloud_inputs=stored_inputs(
        "name", "instanceType", "openPublicOperation", "registryChargeType", "securityPolicies", "tags"
    ),
    computed=("publicDomain", "publicStatus", "status"),
    name_input="name",
)
REGISTRY_NAMESPACE = Kind(
    token="tencentcloud:Tcr/namespace:Namespace",
    create=_create_namespace,
    update=_update_namespace,
    delete=_delete_namespace,
    # resource_tc_tcr_namespace.go, resourceTencentCloudTcrNamespaceRead
    cloud_inputs=stored_inputs(
        "instanceId", "name", "isPublic", "isAutoScan", "isPreventVul", "severity", key=_namespace
    ),
    name_input="name",
    key=_namespace,
)
REGISTRY_ACCOUNT = Kind(
    token="tencentcloud:Tcr/serviceAccount:ServiceAccount",
    create=_create_account,
    update=_update_account,
    delete=_delete_account,
    read=_read_account,
    # resource_tc_tcr_service_account.go, resourceTencentCloudTcrServiceAccountRead
    cloud_inputs=stored_inputs(
        "registryId", "name", "permissions", "description", "disable", "tags", key=_account
    ),
    computed=("password",),
    secret=("password",),
    name_input="name",
    key=_account,
)
