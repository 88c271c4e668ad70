"""What the account is asked, and what is said when it cannot be or has another answer."""

import pytest

from components.cluster.tke.account import TkeError
from tests.unit.components.cluster.tke.tke_program import KEY, TYPES, Given, deploy, one


@pytest.mark.parametrize(
    ("network", "kinds"),
    [
        ({"kind": "own"}, {"vpc", "subnet"}),
        ({"kind": "named", "vpcId": "vpc-1a", "subnetId": "subnet-1a"}, set()),
        ({"kind": "default"}, set()),
    ],
)
def test_the_network_is_an_own_one_the_accounts_or_a_named_one(
    asked: list[str], given: Given, network: Given, kinds: set[str]
) -> None:
    given["cluster"]["network"] = network
    vpcs = {"vpcId": "vpc-1a", "cidrBlock": "172.19.0.0/16"}
    answers = {
        **TYPES,
        "tencentcloud:Vpc/getInstances:getInstances": {"instanceLists": [vpcs]},
        "tencentcloud:Vpc/getSubnets:getSubnets": {
            "instanceLists": [{"vpcId": "vpc-1a", "subnetId": "subnet-1a", "cidrBlock": "172.19.0.0/20"}]
        },
    }
    recording = deploy(given, answers=answers)
    made = {each.name.rpartition("-")[2] for each in recording.all("Instance")}
    assert made == kinds
    vpc = one(recording, "Cluster").plain()["vpcId"]
    assert vpc == ("cluster-network-vpc-id" if kinds else "vpc-1a")
    rules = one(recording, "GroupRuleSet", "nodes-rules").plain()["ingresses"]
    assert rules[1]["cidrBlock"] == ("10.0.0.0/16" if kinds else "172.19.0.0/16"), "nodes talk to each other"
    assert not [rule for rule in rules if rule["port"] == "22"], "nobody logs in"


def test_no_default_vpc_is_one_sentence(asked: list[str], given: Given) -> None:
    given["cluster"]["network"] = {"kind": "default"}
    none: Given = {"instanceLists": []}
    answers = {
        **TYPES,
        "tencentcloud:Vpc/getInstances:getInstances": none,
        "tencentcloud:Vpc/getSubnets:getSubnets": none,
    }
    with pytest.raises(TkeError, match=r"no Default VPC in ap-hongkong with a subnet in ap-hongkong-2"):
        deploy(given, answers=answers)


def test_a_type_of_node_that_is_not_offered_is_told_with_those_that_are(
    asked: list[str], given: Given
) -> None:
    given["cluster"]["nodes"] = {"instanceType": "S9.MEDIUM8"}
    with pytest.raises(TkeError, match=r"'S9.MEDIUM8'.*has S5.MEDIUM8, SA2.MEDIUM8$"):
        deploy(given)


def test_a_type_of_another_size_is_taken_and_of_what_is_sold_out_there_is_a_warning(
    asked: list[str], given: Given
) -> None:
    given["cluster"]["nodes"] = {"instanceType": "S5.LARGE16"}
    recording = deploy(given)
    assert not [line for line in recording.logged if "sold out" in line]
    given["cluster"]["nodes"] = {"instanceType": "S4.MEDIUM8"}
    assert [line for line in deploy(given).logged if "S4.MEDIUM8" in line and "sold out" in line]


def test_a_preview_without_credentials_asks_nothing_and_says_so_once(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEY:
        monkeypatch.delenv(name, raising=False)
    given["cluster"]["network"] = {"kind": "default"}
    recording = deploy(given, preview=True, answers={})
    assert len([line for line in recording.logged if "no credentials for Tencent Cloud" in line]) == 1
    assert one(recording, "Cluster"), "the rest previews"


def test_an_up_without_credentials_is_one_sentence(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEY:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(TkeError, match="no credentials for Tencent Cloud: set TENCENTCLOUD_SECRET_ID"):
        deploy(given)


def test_addresses_of_documentations_are_told_in_a_preview_and_refused_by_up(
    asked: list[str], given: Given
) -> None:
    given["cluster"]["apiCidrs"] = ["203.0.113.0/24"]
    assert any("203.0.113.0/24" in line for line in deploy(given, preview=True).logged)
    with pytest.raises(TkeError, match=r"203\.0\.113\.0/24, which stands in documentations only"):
        deploy(given)


def test_an_api_server_that_is_open_to_all_is_never_so_in_silence(asked: list[str], given: Given) -> None:
    given["cluster"]["apiCidrs"] = ["0.0.0.0/0"]
    assert any("open to the whole internet" in line for line in deploy(given).logged)
