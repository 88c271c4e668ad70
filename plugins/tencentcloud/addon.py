"""An add-on of a cluster. It runs at once."""

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudError
from plugins.tencentcloud.kind import Inputs, Kind, Outputs, stored_inputs

# What the cloud makes of a version and values that the program leaves out.
CLOUD_DEFAULTS = {"addonVersion": "1.0.0", "rawValues": '{"replicas":1}'}


def _key(identity: str) -> str:
    return f"addon-{identity}"


def _create(account: Account, inputs: Inputs) -> str:
    action, code = "tke:InstallAddon", "InvalidParameter.Param"
    account.need(inputs["clusterId"], action, code)
    identity = f"{inputs['clusterId']}#{inputs['addonName']}"
    if account.get(_key(identity)) is not None:
        raise CloudError(action, code, f"the add-on {inputs['addonName']} is installed already")
    account.put(_key(identity), {**CLOUD_DEFAULTS, **inputs})
    account.call(action)
    return identity


def _update(account: Account, addon: str, _old: Inputs, new: Inputs) -> None:
    account.put(_key(addon), {**(account.get(_key(addon)) or {}), **new})


def _delete(account: Account, addon: str, _inputs: Inputs) -> None:
    account.need(_key(addon), "tke:DeleteAddon", "ResourceNotFound")
    account.remove(_key(addon))


def _read(account: Account, addon: str, _inputs: Inputs) -> Outputs:
    """An add-on that is gone is an error, and stays in the state."""
    account.need(_key(addon), "tke:DescribeAddon", "ResourceNotFound")
    return {"phase": "Succeeded", "reason": ""}


ADDON = Kind(
    token="tencentcloud:Kubernetes/addon:Addon",
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    # resource_tc_kubernetes_addon.go, resourceTencentCloudKubernetesAddonRead
    cloud_inputs=stored_inputs("clusterId", "addonName", "addonVersion", "rawValues", key=_key),
    computed=("addonVersion", "phase", "reason"),
    key=_key,
)
