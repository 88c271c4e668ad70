"""A registry on the model, as the official provider and the cloud treat it."""

import json
from pathlib import Path
from typing import Any

import pytest

from plugins.tencentcloud.account import account
from plugins.values import SIGNATURE, from_wire, plain
from tests.unit.plugins.tencentcloud.account_made import SUBNET, VPC, Made, delete, read, refusal, update

REGISTRY = "tencentcloud:Tcr/instance:Instance"
NAMESPACE = "tencentcloud:Tcr/namespace:Namespace"
ATTACHMENT = "tencentcloud:Tcr/vpcAttachment:VpcAttachment"
ACCOUNT = "tencentcloud:Tcr/serviceAccount:ServiceAccount"
PUSH = ["tcr:PushRepository"]


def registry_inputs(**more: Any) -> dict[str, Any]:
    return {"name": "apps-registry", "instanceType": "basic", **more}


@pytest.fixture
def registry(made: Made) -> str:
    identity, _ = made.cloud.create(REGISTRY, **registry_inputs())
    return identity


def attachment(made: Made, registry: str, **more: Any) -> dict[str, Any]:
    return {"instanceId": registry, "vpcId": made.vpc, "subnetId": made.subnet, **more}


def builder(registry: str, **more: Any) -> dict[str, Any]:
    permission = {"resource": "apps", "actions": PUSH}
    return {"registryId": registry, "name": "builder", "permissions": [permission], **more}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"instanceType": "gold"}, "Code=InvalidParameter,"),
        ({"securityPolicies": [{"cidrBlock": "0.0.0.0/0"}]}, "`open_public_operation` must be `true`"),
        ({"registryChargeType": 2}, "Must set instance_charge_type_prepaid_period"),
    ],
)
def test_a_registry_is_refused(made: Made, more: dict[str, Any], words: str) -> None:
    assert words in refusal(made.cloud.create, REGISTRY, **registry_inputs(**more))


def test_a_preview_tells_what_is_out_of_range_or_at_odds(made: Made) -> None:
    assert set(made.cloud.check(REGISTRY, **registry_inputs(registryChargeType=3))) == {"registryChargeType"}
    both = attachment(made, "tcr-1", regionId=5, regionName="ap-hongkong")
    assert set(made.cloud.check(ATTACHMENT, **both)) == {"regionId"}


def test_a_registrys_name_is_there_once_and_another_one_is_another_registry(
    made: Made, registry: str
) -> None:
    message = refusal(made.cloud.create, REGISTRY, **registry_inputs())
    assert "Code=InvalidParameter.ErrorNameExists" in message
    diff = made.cloud.diff(
        REGISTRY, {**registry_inputs(), "__defaults": []}, {**registry_inputs(name="other"), "__defaults": []}
    )
    assert list(diff.replaces) == ["name"]
    assert diff.deleteBeforeReplace, "its images are gone before the new one is there"
    assert not made.cloud.diff(REGISTRY, registry_inputs(), registry_inputs(instanceType="premium")).replaces


@pytest.mark.parametrize(("deletes", "left"), [(False, 1), (True, 0)])
def test_the_bucket_of_its_images_outlives_a_registry_unless_the_inputs_say_so(
    made: Made, file: Path, deletes: bool, left: int
) -> None:
    identity, outputs = made.cloud.create(REGISTRY, **registry_inputs(deleteBucket=deletes))
    made.cloud.create(NAMESPACE, instanceId=identity, name="apps")
    delete(made.cloud, REGISTRY, identity, outputs)
    rest = [name for name in json.loads(file.read_text()) if name.startswith(("bucket-", "namespace-"))]
    assert len(rest) == left, "it is billed"


def test_closing_a_registry_and_its_list_of_addresses_in_one_update_is_refused(made: Made) -> None:
    """The provider changes the list when the way in is closed already."""
    opened = registry_inputs(openPublicOperation=True, securityPolicies=[{"cidrBlock": "100.64.7.0/24"}])
    identity, _ = made.cloud.create(REGISTRY, **opened)
    message = refusal(update, made.cloud, REGISTRY, identity, opened, registry_inputs())
    assert "unexpected external endpoint status" in message


def test_a_namespace_with_images_is_not_deleted(made: Made, registry: str, file: Path) -> None:
    identity, outputs = made.cloud.create(NAMESPACE, instanceId=registry, name="apps")
    with account(file) as there:
        there.put(f"namespace-{identity}", {**(there.get(f"namespace-{identity}") or {}), "images": 1})
    message = refusal(delete, made.cloud, NAMESPACE, identity, outputs)
    assert "Code=FailedOperation.PreconditionFailed" in message


@pytest.mark.parametrize("name", ["a", "Apps", "apps/team", "-apps", "a" * 31])
def test_a_namespace_of_another_form_is_refused(made: Made, registry: str, name: str) -> None:
    message = refusal(made.cloud.create, NAMESPACE, instanceId=registry, name=name)
    assert "Code=InvalidParameter," in message


def test_a_namespace_is_there_once_and_in_a_registry(made: Made, registry: str) -> None:
    made.cloud.create(NAMESPACE, instanceId=registry, name="apps")
    message = refusal(made.cloud.create, NAMESPACE, instanceId=registry, name="apps")
    assert "Code=FailedOperation.ErrorTcrResourceConflict" in message
    message = refusal(made.cloud.create, NAMESPACE, instanceId="tcr-none", name="apps")
    assert "Code=ResourceNotFound" in message


def test_a_vpc_gets_an_address_of_its_subnet_that_the_domain_leads_to(made: Made, registry: str) -> None:
    inputs = attachment(made, registry, enablePublicDomainDns=True)
    identity, outputs = made.cloud.create(ATTACHMENT, **inputs)
    assert plain(outputs)["accessIp"] == "10.0.0.9"
    assert "Code=InternalError.ErrorConflict" in refusal(made.cloud.create, ATTACHMENT, **inputs)
    assert "is used by attachment-" in refusal(delete, made.cloud, SUBNET, made.subnet, {})
    delete(made.cloud, ATTACHMENT, identity, outputs)
    assert read(made.cloud, ATTACHMENT, identity, inputs).id == "", "a refresh drops it"


def test_nothing_waits_for_an_address_that_no_domain_leads_to(made: Made, registry: str) -> None:
    _, outputs = made.cloud.create(ATTACHMENT, **attachment(made, registry))
    assert plain(outputs)["accessIp"] == ""


def test_a_subnet_of_another_vpc_is_refused(made: Made, registry: str) -> None:
    other, _ = made.cloud.create(VPC, name="o", cidrBlock="10.1.0.0/16")
    message = refusal(made.cloud.create, ATTACHMENT, **attachment(made, registry, vpcId=other))
    assert "Code=InvalidParameter," in message


def test_an_accounts_password_is_secret_and_stays(made: Made, registry: str) -> None:
    made.cloud.create(NAMESPACE, instanceId=registry, name="apps")
    identity, outputs = made.cloud.create(ACCOUNT, **builder(registry))
    assert identity == f"{registry}#builder", "the cloud puts tcr$ before it, and the provider does not"
    assert SIGNATURE in outputs["password"]
    update(made.cloud, ACCOUNT, identity, builder(registry), builder(registry, description="d"))
    again = read(made.cloud, ACCOUNT, identity, builder(registry))
    assert plain(from_wire(again.properties))["password"] == plain(outputs)["password"]


@pytest.mark.parametrize("change", [{"name": "other"}, {"registryId": "tcr-other"}])
def test_what_an_account_is_called_and_where_it_is_cannot_be_changed(
    made: Made, registry: str, change: dict[str, str]
) -> None:
    """No ForceNew says so before the update."""
    made.cloud.create(NAMESPACE, instanceId=registry, name="apps")
    identity, _ = made.cloud.create(ACCOUNT, **builder(registry))
    assert not made.cloud.diff(ACCOUNT, builder(registry), builder(registry, **change)).replaces
    message = refusal(update, made.cloud, ACCOUNT, identity, builder(registry), builder(registry, **change))
    assert "cannot be changed" in message


@pytest.mark.parametrize(
    "permission",
    [{"resource": "none", "actions": PUSH}, {"resource": "apps", "actions": ["tcr:Everything"]}],
    ids=["a namespace that is not there", "an action that is none"],
)
def test_an_account_with_wrong_rights_is_refused(
    made: Made, registry: str, permission: dict[str, Any]
) -> None:
    made.cloud.create(NAMESPACE, instanceId=registry, name="apps")
    message = refusal(made.cloud.create, ACCOUNT, **builder(registry, permissions=[permission]))
    assert "Code=InvalidParameter," in message
