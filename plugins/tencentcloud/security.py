"""Security groups and their rules."""

from collections.abc import Iterator

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudError, RefusedError
from plugins.tencentcloud.kind import Inputs, Kind, Outputs, stored_inputs

PATIENCE = 3  # minutes for which the provider waits until nothing has the group: its ReadRetryTimeout
DIRECTIONS = ("ingresses", "egresses")
MODIFY_RULES = "vpc:ModifySecurityGroupPolicies"
PEERS = ("cidrBlock", "ipv6CidrBlock", "sourceSecurityId", "addressTemplateId", "addressTemplateGroup")


def _create_group(account: Account, inputs: Inputs) -> str:
    group = account.add("sg", inputs)
    account.call("vpc:CreateSecurityGroup")
    return group


def _delete_group(account: Account, group: str, _inputs: Inputs) -> None:
    """Waits for its users first, so the cloud's own refusal (ResourceInUse) is never seen."""

    def machines() -> list[str]:
        return [*_users(account, "np", group), *_users(account, "ins", group)]

    def balancers() -> list[str]:
        return list(_users(account, "cls", group))

    account.wait(PATIENCE, lambda: machines() + balancers())
    for users, kind in ((machines(), "CVM"), (balancers(), "CLB")):
        if users:
            raise RefusedError(
                f"security group {group} still bind {len(users)} {kind} instances ({', '.join(users)})"
            )
    account.remove(group)


def _users(account: Account, prefix: str, group: str) -> Iterator[str]:
    for identity, properties in account.all(prefix, lingering=True).items():
        if group in properties.get("securityGroups", ()):
            yield identity


def _update_group(account: Account, identity: str, _old: Inputs, new: Inputs) -> None:
    rules = (account.get(identity) or {}).get("rules", {})
    account.put(identity, {**new, "rules": rules})


def _set_rules(account: Account, inputs: Inputs) -> str:
    """The id of a set of rules is its group's."""
    group = inputs["securityGroupId"]
    properties = account.need(group, MODIFY_RULES, "ResourceNotFound")
    for key in DIRECTIONS:
        rules = inputs.get(key, [])
        for index, rule in enumerate(rules):
            _check_rule(account, index, rule)
            if rule in rules[:index]:
                raise CloudError(
                    MODIFY_RULES,
                    "UnsupportedOperation.DuplicatePolicy",
                    f"rule {index} of {key} is there twice",
                )
    account.put(group, {**properties, "rules": {key: inputs.get(key, []) for key in DIRECTIONS}})
    account.call(MODIFY_RULES)
    return str(group)


def _check_rule(account: Account, index: int, rule: Inputs) -> None:
    peers = [key for key in PEERS if rule.get(key)]
    if len(peers) > 1:
        raise RefusedError(f"conflict at rule.{index}, cannot set {','.join(peers)} in time")
    if source := rule.get("sourceSecurityId"):
        account.need(source, MODIFY_RULES, "ResourceNotFound")


def _clear_rules(account: Account, group: str, _inputs: Inputs) -> None:
    properties = account.get(group)
    if properties is not None:
        account.put(group, {**properties, "rules": {}})


def _replace_rules(account: Account, _group: str, _old: Inputs, new: Inputs) -> None:
    _set_rules(account, new)


def _cloud_rules(account: Account, group: str) -> Inputs:
    properties = account.get(group) or {}
    return {"securityGroupId": group, **properties.get("rules", {})}


def _read_rules(_account: Account, _group: str, _inputs: Inputs) -> Outputs:
    return {"version": "0"}


GROUP = Kind(
    token="tencentcloud:Security/group:Group",
    create=_create_group,
    update=_update_group,
    delete=_delete_group,
    # resource_tc_security_group.go, resourceTencentCloudSecurityGroupRead
    cloud_inputs=stored_inputs("name", "description", "projectId", "tags"),
    name_input="name",
)
RULE_SET = Kind(
    token="tencentcloud:Security/groupRuleSet:GroupRuleSet",
    create=_set_rules,
    update=_replace_rules,
    delete=_clear_rules,
    read=_read_rules,
    cloud_inputs=_cloud_rules,
    computed=("version",),
)
