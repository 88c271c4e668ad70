"""TCR as the registry: what is made, who may push, and how builds reach it."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.cluster.tke.account import TkeError
from tests.support.manifests import served
from tests.support.program import run
from tests.support.recorded import OUTPUTS, Recording
from tests.unit.components.cluster.tke.tke_program import TYPES, Given, deploy, one

REGISTRY_RULE = {
    "to": [{"ipBlock": {"cidr": "10.0.0.9/32"}}],
    "ports": [{"protocol": "TCP", "port": 443}],
}
DOMAIN = "shop.tencentcloudcr.com"
REGISTRY = "tencentcloud:Tcr/instance:Instance"
MADE = {
    REGISTRY: {"publicDomain": DOMAIN},
    "tencentcloud:Tcr/vpcAttachment:VpcAttachment": {"accessIp": "10.0.0.9"},
    "tencentcloud:Tcr/serviceAccount:ServiceAccount": {"password": "told-once"},
}


@pytest.fixture
def in_tcr(asked: list[str], given: Given, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Settings of a stack whose registry is made with it."""
    for kind, outputs in MADE.items():
        monkeypatch.setitem(OUTPUTS, kind, outputs)
    given["cluster"] |= {"tcr": {"name": "shop"}, "tags": {"team": "builds"}}
    given["registry"] = {"server": DOMAIN, "namespace": "apps/team"}
    del given["registryUsername"]
    return given


def deployed(given: Given) -> Recording:
    return deploy(given, secrets={"gitPassword": "g"})


def registry_of(recording: Recording) -> Any:
    (found,) = [each for each in recording.resources if each.type == REGISTRY]
    return found


def whole(given: Given, folder: Path, **secrets: str) -> Recording:
    """The whole program."""
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return run({**given, "releaseMirror": mirror}, {"gitPassword": "g", **secrets}, answers=TYPES)


def test_a_new_registry_is_closed_to_the_internet_and_leaves_no_bucket(in_tcr: Given) -> None:
    recording = deployed(in_tcr)
    inputs = registry_of(recording).plain()
    assert inputs == {
        "name": "shop",
        "instanceType": "basic",
        "deleteBucket": True,
        "tags": {"team": "builds"},
    }, "the bucket would be billed on, and whoever is let in from outside must be named"
    assert one(recording, "Namespace", "registry-namespace").plain()["name"] == "apps"


def test_the_registrys_domain_leads_to_an_address_in_the_vpc(in_tcr: Given) -> None:
    inputs = one(deployed(in_tcr), "VpcAttachment").plain()
    assert inputs["vpcId"] == "cluster-network-vpc-id"
    assert inputs["subnetId"] == "cluster-network-subnet-id"
    assert inputs["enablePublicDomainDns"] is True, (
        "the provider waits for the address then, and for it alone"
    )


def test_the_account_pushes_to_the_one_namespace_and_comes_after_it(in_tcr: Given) -> None:
    recording = deployed(in_tcr)
    account = one(recording, "ServiceAccount", "registry-account")
    (permission,) = account.plain()["permissions"]
    assert permission["resource"] == "apps", "TCR's namespace is the first part of the registry's"
    assert one(recording, "Namespace", "registry-namespace").urn in account.dependencies
    assert "password" not in account.inputs, "the provider would set it under another name than the account's"


def test_a_registry_that_is_there_gets_a_way_and_an_account_and_nothing_else(in_tcr: Given) -> None:
    in_tcr["cluster"]["tcr"] = {"instanceId": "tcr-1a2b3c4d"}
    recording = deployed(in_tcr)
    kinds = {each.type for each in recording.resources if each.type.startswith("tencentcloud:Tcr/")}
    assert kinds == MADE.keys() - {REGISTRY}
    assert one(recording, "VpcAttachment").plain()["instanceId"] == "tcr-1a2b3c4d"
    assert one(recording, "ServiceAccount", "registry-account").plain()["registryId"] == "tcr-1a2b3c4d"


def test_builds_log_in_with_the_account_and_may_call_the_registry(in_tcr: Given, tmp_path: Path) -> None:
    recording = whole(in_tcr, tmp_path)
    secret = recording.one("Secret", "registry-auth", "builds")
    assert secret.plain()["stringData"]["username"] == "tcr$tekton-builds", "the cloud's name of the account"
    assert secret.plain()["stringData"]["password"] == "told-once"
    assert "told-once" not in str({**secret.inputs, "stringData": ""})
    assert isinstance(secret.inputs["stringData"], dict), "it would stand in the state in the clear"
    egress = recording.one("NetworkPolicy", "to-internet", "builds").plain()["spec"]["egress"]
    assert REGISTRY_RULE in egress, "a private address is no build's business"


def test_other_registries_have_their_logins_beside_the_accounts(in_tcr: Given, tmp_path: Path) -> None:
    in_tcr["builder"] = {"registries": [{"server": "docker.io", "username": "hub"}]}
    recording = whole(in_tcr, tmp_path, **{"registryPassword/docker.io": "hub-pass"})
    data = recording.one("Secret", "registry-auth", "builds").plain()["stringData"]
    assert data["username"] == "tcr$tekton-builds", "images go to TCR"
    assert json.loads(data["config.json"])["auths"].keys() == {DOMAIN, "https://index.docker.io/v1/"}


def test_a_shared_buildkitd_may_call_it_too(in_tcr: Given, tmp_path: Path) -> None:
    in_tcr["builder"] = {"buildkitdVolumeGib": 50}
    recording = whole(in_tcr, tmp_path)
    policy = recording.one("NetworkPolicy", "from-builds", "builds-buildkitd").plain()
    assert REGISTRY_RULE in policy["spec"]["egress"]


def test_images_never_go_to_another_host_than_the_registrys(in_tcr: Given) -> None:
    in_tcr["registry"]["server"] = "shop.example.com"
    with pytest.raises(
        TkeError, match=rf"is 'shop.example.com'.* config set --path registry.server {DOMAIN}"
    ):
        deployed(in_tcr)
