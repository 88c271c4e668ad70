"""Security groups and their rules."""

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudRefused
from plugins.tencentcloud.kind import Failure, Inputs, Kind

ACTIONS = ("ACCEPT", "DROP")


def _create_group(account: Account, inputs: Inputs) -> str:
    return account.add("sg", inputs)


def _delete_group(account: Account, group: str, _inputs: Inputs) -> None:
    """The provider waits for three minutes for its users to go; here they are gone or they stay."""
    users = [
        thing
        for prefix in ("np", "cls")
        for thing, properties in account.all(prefix).items()
        if group in properties.get("securityGroups", ())
    ]
    if users:
        raise CloudRefused(
            "vpc:DeleteSecurityGroup",
            "ResourceInUse",
            f"the security group {group} is used by {', '.join(users)}",
        )
    account.remove(group)


def _renamed(account: Account, thing: str, _old: Inputs, new: Inputs) -> None:
    account.put(thing, new)


def _check_rules(inputs: Inputs) -> list[Failure]:
    return [
        (key, f"expected action to be one of {', '.join(ACTIONS)}, got {rule.get('action')}")
        for key in ("ingresses", "egresses")
        for rule in inputs.get(key, [])
        if rule.get("action") not in ACTIONS
    ]


def _set_rules(account: Account, inputs: Inputs) -> str:
    """The id of a set of rules is its group's."""
    group = inputs["securityGroupId"]
    found = account.need(group, "vpc:ModifySecurityGroupPolicies", "ResourceNotFound")
    account.put(group, {**found, "rules": {key: inputs.get(key, []) for key in ("ingresses", "egresses")}})
    return str(group)


def _clear_rules(account: Account, group: str, _inputs: Inputs) -> None:
    found = account.get(group)
    if found is not None:
        account.put(group, {**found, "rules": {}})


def _replace_rules(account: Account, _group: str, _old: Inputs, new: Inputs) -> None:
    _set_rules(account, new)


GROUP = Kind(
    token="tencentcloud:Security/group:Group",
    create=_create_group,
    update=_renamed,
    delete=_delete_group,
    named="name",
)
RULE_SET = Kind(
    token="tencentcloud:Security/groupRuleSet:GroupRuleSet",
    check=_check_rules,
    create=_set_rules,
    update=_replace_rules,
    delete=_clear_rules,
    read=lambda _account, _id, _inputs: {"version": "0"},
    computed=("version",),
)
